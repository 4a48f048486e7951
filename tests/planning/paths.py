"""Small paths that several tests of planning share."""

from builders import curriculum

SMALL = curriculum(
    """
    Phase: Foundations
      Month 1: Basics -> Two small programs
        Week 1-2: First steps
          - Read the tutorial (5h) [reading] #python
          - Install the tools (2h) [setup] #python
        Week 3-4: Second steps
          - Write a loop (5h) #python
      Month 2: More
        Week 1-4: Your way
        Choice: Choose your way
          Option: Web
            - Build a page (4h)
          Option: Data
            - Clean a table (4h)
      Checkpoint: One month in
        - Can write a program
    Next week:
      - Join the forum
    """
)

LONG = curriculum(
    """
    Phase: One
      Month 1: January -> A first thing
        Week 1-2: A
          - a1 (10h)
        Week 3-4: B
          - b1 (10h)
      Month 2: February -> A second thing
        Week 1-2: C
          - c1 (10h)
        Week 3-4: D
          - d1 (10h)
      Month 3: March
        Week 1-2: E
          - e1 (10h)
        Week 3-4: F
          - f1 (10h)
      Checkpoint: The end
        - Did it all
    """
)
