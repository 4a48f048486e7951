"""Tells addresses of the open internet from those that lead inside a network or a machine.

The ranges are written out: what `ipaddress` takes for global differs between versions of Python,
and is more than the registries call so.
"""

from ipaddress import IPv4Address, IPv6Address, ip_network

IpAddress = IPv4Address | IPv6Address

# Source: IANA's IPv4 and IPv6 special-purpose address registries (RFC 6890), all of each; multicast
# has a registry of its own. Anycast services among them (AS112, AMT) serve no pages.
_SPECIAL = tuple(map(ip_network, (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
    "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/4", "240.0.0.0/4",
    "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
)))  # fmt: skip
# Global unicast; what lies elsewhere is local, reserved, or an IPv4 address in disguise (NAT64).
_GLOBAL_V6 = ip_network("2000::/3")
# Looks public, and is the host of each virtual machine at Azure.
# Source: basecamp/surfguard#6, microsoft/semantic-kernel#14242.
_CLOUD = ip_network("168.63.129.16/32")


def is_public(address: IpAddress) -> bool:
    """Return whether an address belongs to the open internet and to one machine in it.

    What carries an IPv4 address (mapped, NAT64, 6to4, Teredo) is refused, whatever it carries.
    """
    if any(address in network for network in (*_SPECIAL, _CLOUD)):
        return False
    return isinstance(address, IPv4Address) or address in _GLOBAL_V6
