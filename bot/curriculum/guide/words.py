"""The words that guides use, in tables: to teach the importer a language, add words here.

Words are written folded (lower case, no accents) as `fold` leaves them, or as small regular
expressions; the first topic whose words occur in a heading wins, so the special stand before the
general. Chinese and Japanese words need no spaces around them.
"""

import re
import unicodedata
from typing import Final

COLON: Final = "\uff1a"  # the full-width colon of Chinese and Japanese

# A stretch of time or order. The order is from the outside in; a guide may turn it round by its
# heading levels. `kind` in the model: phase and part become phases, the rest modules and units.
GROUPS: Final = ("phase", "part", "month", "module", "week", "lesson", "day")

STRETCH: Final[dict[str, tuple[str, ...]]] = {
    "phase": ("phases?", "stages?", "fases?", "etapas?", "[ée]tapes?", "phasen", "этап", "фаза"),
    "part": ("parts?", "levels?", "tracks?", "partes?", "n[íi]ve(?:l|is)", "teile?"),
    "month": ("months?", "m[êe]s(?:es)?", "mois", "monate?", "mes[ei]", "месяц"),
    "module": (
        "modules?",
        "m[óo]dulos?",
        "modul[ei]?",
        "units?",
        "unidades?",
        "chapters?",
        "cap[íi]tulos?",
        "kapitel",
        "sprints?",
        "topics?",
        "модуль",
    ),
    "week": (
        "weeks?",
        "wks?",
        "semanas?",
        "semaines?",
        "wochen?",
        "settiman[ae]",
        "tydzie[ńn]",
        "недел[яи]",
    ),
    "lesson": (
        "lessons?",
        "lektion(?:en)?",
        "aulas?",
        "lecci[óo]n(?:es)?",
        "li[çc](?:[ãa]o|[õo]es)",
    ),
    "day": ("days?", "d[íi]as?", "jours?", "tage?", "giorn[oi]", "день"),
}
CJK_STRETCH: Final[dict[str, str]] = {
    "phase": "阶段|階段|フェーズ",
    "part": "部分|部",
    "month": "个月|個月|ヶ月|月",
    "module": "模块|模塊|章|单元|單元",
    "week": "周|週",
    "lesson": "课|課|讲|講",
    "day": "天|日",
}
CODES: Final = {"m": "module", "w": "week"}  # S3 and D3 are no weeks and no days
NUMBER_WORDS: Final = {
    **dict(zip("一二三四五六七八九十", range(1, 11), strict=True)),
    "十一": 11,
    "十二": 12,
    **dict(
        zip(
            [
                "zero",
                "one",
                "two",
                "three",
                "four",
                "five",
                "six",
                "seven",
                "eight",
                "nine",
                "ten",
                "eleven",
                "twelve",
            ],
            range(13),
            strict=True,
        )
    ),
}

# What a heading or label inside the timeline announces. No match: tasks.
INSIDE: Final[tuple[tuple[str, str], ...]] = (
    (
        "notes",
        r"notes?\b|tips?\b|^why\b|pitfalls|reflections?\b|journal|^background$|^introduction$",
    ),
    ("skip", r"prerequisites?|pre-requisitos?|prerrequisitos?|requirements before"),
    (
        "checkpoint",
        r"success criteria|checkpoints?|milestones?|readiness|self[- ]assess|quiz|"
        r"check your|criterios? de (?:exito|sucesso)|marcos?\b|检查点|檢查點|里程碑|验收|"
        r"you(?:'re| are) ready|exit criteria|acceptance",
    ),
    (
        "time",
        r"^(?:(?:study|estimated|total|weekly|expected|approximate|recommended) )?"
        r"(?:time|hours|duration|effort)(?: (?:commitment|required|estimate|needed|per week|\d.*))?$|"
        r"^carga horaria|^horas\b|^duracao|^duracion|^dauer|^zeitaufwand|^duree|预计时间|^时间",
    ),
    (
        "goals",
        r"objectives?\b|goals?\b|outcomes?\b|^aims?\b|key skills|skills to develop|you(?:'ll| will) learn|"
        r"objetivos?|metas?\b|ziele?\b|objectifs?|obiettivi|lernziele|目标|目標|学习目标",
    ),
    ("goals-or-tasks", r"topics covered"),
    (
        "deliverable",
        r"deliverables?|entregave(?:l|is)|entregables?|livrables?|"
        r"ergebnis|end result|交付|产出|成果",
    ),
    (
        "resources",
        r"resources?|references?|materials?|links?\b|practice tools|recursos|materiai?s|ressourcen|"
        r"ressources|referencias|further reading|资源|資源|参考|bibliograf",
    ),
    ("project", r"projects?\b|capstone|projetos?\b|proyectos?|projekte?\b|projets?\b|项目|項目"),
)

# What a heading outside the timeline announces.
AROUND: Final[tuple[tuple[str, str], ...]] = (
    ("contents", r"table of contents|^contents$|^toc$|^index$|^indice|sumario|目录|目錄|inhalt"),
    (
        "skip",
        r"contribut|licen[sc]e|faq\b|code of conduct|acknowledg|credits?$|changelog|star history|"
        r"sponsors?|install|support us|^team$|how to use|prerequisites?|pre-requisitos|"
        r"how to show|^author",
    ),
    ("journal", r"journal|diario|tagebuch|日志|日記"),
    ("reflection", r"reflections?|reflexa?o|retrospective|复盘"),
    ("template", r"template|modelo de|vorlage|模板"),
    ("assessment", r"skills? assessment|self[- ]assessment|rate 1|autoavalia|autoevalua|评估"),
    ("quantitative", r"quantitative"),
    ("qualitative", r"qualitative"),
    ("success", r"success metrics|success criteria overall"),
    ("metrics", r"learning metrics|study metrics|^metrics|metricas|指标"),
    ("tracking", r"track(?:ing|er)|progress|progresso|进度|追踪"),
    ("people", r"(?:key )?people|influencers|who to follow|thought leaders"),
    ("events", r"conferences?|events?\b|meetups?|eventos"),
    ("community", r"communit(?:y|ies)|networking &|networking and|comunidad|comunidade|社区"),
    ("transferable", r"skills you (?:already )?have|transferable|existing skills"),
    (
        "skills",
        r"skills? (?:you need|to (?:develop|learn|master|acquire))|skill gaps?|required skills|"
        r"^habilidades|^competencias|^skills$|^fahigkeiten|^competences",
    ),
    ("benefits", r"benefits|vorteile|beneficios"),
    (
        "checkpoint",
        r"checkpoints?|milestones?|readiness|ready (?:checklist|when)|requisitos para|"
        r"(?:completion|graduation|certification) (?:requirements|criteria)|检查点|里程碑|"
        r"criterios de conclus",
    ),
    ("actions", r"action items?|next steps|immediate actions|proximos passos|下一步"),
    ("companies", r"compan(?:y|ies)|employers"),
    ("roles", r"roles?\b|career path|job titles|salar(?:y|ies)|cargos"),
    (
        "projects",
        r"project ideas|portfolio projects|projects? for (?:your )?portfolio|"
        r"ideias de projetos|ideas de proyectos|projektideen|项目创意",
    ),
    ("certifications", r"certifications?\b|certificac|zertifi|认证"),
    ("books", r"books?\b|livros|libros|bucher|livres|书籍|书单"),
    ("documentation", r"documentation|^docs$|documentacao|documentacion|文档"),
    ("clouds", r"cloud (?:platforms?|providers?)"),
    ("courses", r"courses?\b|cursos|kurse|课程|mooc"),
    (
        "tools",
        r"tools?\b|technolog|tech stack|software|learning platforms|ferramentas|"
        r"herramientas|werkzeuge|outils|工具|platforms",
    ),
    (
        "links",
        r"links?\b|urls?\b|resources?|recursos|materials?|material\b|ressource|references?|"
        r"资源|資源|suporte|further reading|videos?|articles?|blogs?|newsletters?|podcasts?",
    ),
    ("routine", r"routine|rhythm|daily schedule|habits|rotina|节奏"),
    ("grading", r"grading|avaliacao|evaluation|bewertung|考核"),
    ("objectives", r"objectives?|goals?\b|objetivos|outcomes|ziele|目标"),
    (
        "overview",
        r"overview|summary|introduction|^about|visao geral|vision general|uberblick|"
        r"current state|background|audience|who is this|why\b|概述|简介|apresentacao|introduc",
    ),
)
# Headings under which weeks and days are only mentioned, not taught.
NO_TIMELINE: Final = frozenset(
    [
        "contents",
        "skip",
        "journal",
        "reflection",
        "template",
        "assessment",
        "quantitative",
        "qualitative",
        "success",
        "metrics",
        "tracking",
        "checkpoint",
        "actions",
        "grading",
        "routine",
    ]
)

OPTION: Final = r"(?:option|opcao|opcion|variante|alternative|path|选项|方案)"
CHOOSE: Final = re.compile(
    r"\b(?:choose|pick|select|take)\b.{0,20}\b(?:one|1|a|your)\b|\b(?:any|either) one\b|"
    r"\bone of the following\b|\bescolha (?:um|uma)\b|\belige (?:un|una)\b|选择一个|任选"
)
TASK_WORD: Final = (
    r"(?:task|exercise|lab|assignment|challenge|activity|tarefa|exercicio|tarea|ejercicio|aufgabe|"
    r"ubung|任务|任務|练习|实验)"
)
PROJECT_WORD: Final = (
    r"(?:(?:mini|final|main|weekly?|weekend|month(?:ly)?|module|portfolio|practical|personal|team|"
    r"group|hands-on|capstone|guided|course|bonus)[\s-])?"
    r"(?:project|capstone|projeto|proyecto|projekt|projet|progetto|综合项目|项目|項目)"
    r"(?:\s(?:#?\d{1,2}|project|final|pr[aá]tico|pr[aá]ctico|integrador|idea|guiado|pratique))?"
)
GUIDE_WORD: Final = re.compile(
    r"\b(?:roadmap|curriculum|syllabus|bootcamp|study|learning|course|curso|training|days? of|"
    r"roteiro|estudos?|guide to (?:becom|learn)|path|programme?|lernplan|plan|parcours|career)\b|"
    r"路线|学习|课程|计划"
)
OPTIONAL: Final = re.compile(
    r"[\s*_]*[\[(]?\b(?:optional|opcional|optionnel|bonus|stretch goal|nice to have|可选|选做)\b[\])]?"
    r"[\s:*_]*",
    re.IGNORECASE,
)
PLACEHOLDER: Final = re.compile(
    r"\(?\b(?:to be (?:created|done|defined|announced|decided)|tb[acd]|todo|coming soon|n/?a|none)\b\)?"
    r"|^[-\u2013\u2014_.\s/]*$",
    re.IGNORECASE,
)
NEVER_A_TITLE: Final = frozenset(
    [
        "here",
        "link",
        "this",
        "click",
        "more",
        "read",
        "source",
        "website",
        "site",
        "page",
        "video",
        "chat",
        "part",
        "aqui",
        "hier",
        "ici",
        "链接",
    ]
)


def fold(text: str) -> str:
    """Lower case, without accents, emoji or markup: what the tables are compared with."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("\u2019", "'"))
    kept = "".join(c if _is_word(c) else " " for c in plain if not unicodedata.combining(c))
    return " ".join(kept.split())


def _is_word(char: str) -> bool:
    return char.isalnum() or char in "-'&/%"


def topic(text: str, table: tuple[tuple[str, str], ...]) -> str | None:
    """The first topic of `table` whose words stand in `text`."""
    folded = fold(text)
    for name, pattern in table:
        if re.search(rf"(?<![a-z])(?:{pattern})", folded):
            return name
    return None


# What a task asks for, by the words of its title; the first that fits.
TASK_KINDS: Final[tuple[tuple[str, str], ...]] = (
    (
        "post",
        r"\b(?:write|publish|draft|post)\b.*\b(?:posts?|articles?|blogs?)\b|^blog\b|\bcase stud(?:y|ies)\b",
    ),
    ("contribution", r"\bcontribut|\bopen[- ]source (?:project|contribution)|\bpull requests?\b"),
    (
        "networking",
        r"^(?:network|connect) with\b|^join\b.*\b(?:community|slack|discord|group|forum)|^attend\b|"
        r"\bmeetups?\b|^follow .*\b(?:influencers|people|leaders)",
    ),
    (
        "job-search",
        r"\b(?:resume|curriculo|curriculum vitae|cv|linkedin|cover letter|interviews?|"
        r"recommendations)\b|^apply (?:to|for)\b|\bjob (?:search|applications?)\b|\bjobs\b",
    ),
    (
        "setup",
        r"^(?:set ?up|setup|install|instalar?|configurar?|einrichten|搭建|安装)\b|"
        r"^create .*\baccount\b|\bsetup$|^setting up\b",
    ),
    (
        "reading",
        r"^(?:read|re-?read|leia|ler|leer|lesen|lire)\b|\bchapters?\b|\bread through\b|阅读",
    ),
    (
        "course",
        r"\b(?:course|curso|specialization|mooc|tutorials?|kurs|lectures?|playlist)\b|^enroll|^watch\b|课程",
    ),
    (
        "project",
        r"\bprojects?\b|\bprojeto\b|\bproyecto\b|\bprojekt\b|^(?:build|deploy|implement|develop|ship)\b|"
        r"\bcapstone\b|\bend-to-end\b|项目",
    ),
)
EXAM: Final = re.compile(r"\b(?:final exam|exam day|prova final|examen final|abschlussprufung)\b")
CAPSTONE: Final = re.compile(r"^(?:capstone|final) project$|^projeto final$|^proyecto final$")
# Things that are counted: "5 ML projects" asks for five of them.
COUNTED: Final = re.compile(
    r"\b(\d{1,3})(?:\s*[-\u2013]\s*\d{1,3})?\+?\s+(?:[\w/.-]+\s+){0,3}?"
    r"(?:projects|models|apps|applications|websites|sites|pages|articles|posts|notebooks|"
    r"dashboards|pipelines|reports|scripts|tools|games|exercises|labs|repositories|repos|"
    r"services|apis|programs|designs|case studies|projetos|modelos|artigos|proyectos|projekte)\b"
)
