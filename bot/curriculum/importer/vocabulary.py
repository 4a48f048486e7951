"""The words by which headings, labels and tasks have a topic: a line is a topic and its words.

To teach the importer a language, add lines. The words are small regular expressions over folded
text (lower case, no accents); the first topic whose words occur wins, so the special stand before
the general. Words start at a word's start; Chinese and Japanese need no spaces around them.
"""

import re
from functools import cache, lru_cache
from typing import Final

from bot.curriculum.importer.patterns import fold

Topics = tuple[tuple[str, str], ...]


def table(lines: str) -> Topics:
    """Return the topics and their patterns, in the order of their first lines."""
    topics: dict[str, list[str]] = {}
    for line in lines.strip().splitlines():
        name, _, pattern = line.strip().partition(": ")
        topics.setdefault(name, []).append(pattern)
    return tuple((name, "|".join(patterns)) for name, patterns in topics.items())


@lru_cache(maxsize=1 << 14)
def topic(text: str, among: Topics) -> str | None:
    """Return the first topic whose words are in `text`, or None."""
    folded = fold(text)
    return next((name for name, pattern in _compiled(among) if pattern.search(folded)), None)


@cache
def _compiled(among: Topics) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(rf"(?<![a-z])(?:{pattern})")) for name, pattern in among)


# What a heading or label inside the timeline announces. No match: tasks.
INSIDE: Final = table(
    r"""
    notes: notes?\b|tips?\b|^why\b|pitfalls|reflections?\b|journal|^background$|^introduction$
    skip: prerequisites?|pre-requisitos?|prerrequisitos?|requirements before
    checkpoint: success criteria|checkpoints?|milestones?|readiness|self[- ]assess|quiz
    checkpoint: check your|criterios? de (?:exito|sucesso)|marcos?\b|检查点|檢查點|里程碑|验收
    checkpoint: (?:completion|readiness|final|graduation|exit) check(?:list|s)?\b
    checkpoint: you(?:'re| are) ready|exit criteria|acceptance
    time: ^(?:(?:study|estimated|total|weekly|expected) )?(?:time|hours|duration|effort)(?=$| \d)
    time: ^(?:estimated )?(?:time|hours) (?:commitment|required|estimate|needed|per week)\b
    time: ^(?:tiempo|tempo|temps)(?: \w+)?$
    time: ^carga horaria|^horas\b|^duracao|^duracion|^dauer|^(?:zeit)?aufwand|^duree|预计时间|^时间
    goals: objectives?\b|goals?\b|outcomes?\b|^aims?\b|key skills|skills to develop
    goals: you(?:'ll| will) learn|objetivos?|metas?\b|ziele?\b|objectifs?|obiettivi|lernziele
    goals: 目标|目標|学习目标|लकषय|उददेशय
    goals-or-tasks: ^(?:thema|theme|tema|sujet)$
    goals-or-tasks: topics covered|^focus(?: areas?)?$|^schwerpunkte?$|^enfoque$|^foco$
    deliverable: deliverables?|entregave(?:l|is)|entregables?|livrables?|ergebnis|end result
    deliverable: 交付|产出|成果|नतीज|परिणाम|डिलिवरेबल
    resources: resources?|references?|materials?|links?\b|practice tools|recursos|materiai?s
    resources: ^(?:free )?tools?(?: needed| used)?$|^tech(?:nology)? stack$
    resources: ressourcen|ressources|referencias|further reading|资源|資源|参考|bibliograf
    resources: संसाधन|सामगरी
    tasks: ^(?:core |main |key )?topics?$|tasks?$|practice$|exercises?$|^read(?:ing)?s?$|^watch$
    tasks: ^learn$|^study$|labs?$|^hands-on|assignments?$|^build$|^do$|activit(?:y|ies)$|homework
    tasks: challenges?$|^content|tarefas?$|exercicios?$|tareas?$|ejercicios?$|conteudos?$
    tasks: temas?$|aufgaben?$|ubungen?$|themen$|任务|练习|内容|कारय|अभयास|गतिविधि
    project: projects?\b|capstone|projetos?\b|proyectos?|projekte?\b|projets?\b|项目|項目
    project: परियोजना|परोजेकट
    """
)

# What a heading outside the timeline announces.
AROUND: Final = table(
    r"""
    contents: table of contents|^contents$|^toc$|^index$|^indice|sumario|目录|目錄|inhalt
    skip: contribut|licen[sc]e|faq\b|code of conduct|acknowledg|credits?$|changelog|star history
    skip: sponsors?|install|support us|^team$|how to use|prerequisites?|pre-requisitos
    skip: how to show|^author
    journal: journal|diario|tagebuch|日志|日記
    reflection: reflections?|reflexa?o|retrospective|复盘
    template: template|modelo de|vorlage|模板
    assessment: skills? assessment|self[- ]assessment|rate 1|autoavalia|autoevalua|评估
    quantitative: quantitative
    qualitative: qualitative
    success: success metrics|success criteria overall
    metrics: learning metrics|study metrics|^metrics|metricas|指标
    tracking: track(?:ing|er)|progress|progresso|进度|追踪
    people: (?:key )?people|influencers|who to follow|thought leaders
    events: conferences?|events?\b|meetups?|eventos
    community: communit(?:y|ies)|networking (?:&|and) (?:communit|event|career)
    community: comunidad|comunidade|社区
    transferable: skills you (?:already )?have|transferable|existing skills
    skills: skills? (?:you need|to (?:develop|learn|master|acquire))|skill gaps?|required skills
    skills: ^habilidades|^competencias|^skills$|^fahigkeiten|^competences
    benefits: benefits|vorteile|beneficios
    checkpoint: checkpoints?|milestones?|readiness|ready (?:checklist|when)|requisitos para
    checkpoint: (?:completion|graduation|certification) (?:requirements|criteria)|检查点|里程碑
    checkpoint: criterios de conclus|^(?:final|graduation|completion) check(?:list|s)
    checkpoint: ^final .{1,20} check(?:list|s)
    actions: action items?|next steps|immediate actions|proximos passos|下一步
    companies: compan(?:y|ies)|employers
    roles: roles?\b|career path|job titles|salar(?:y|ies)|cargos
    projects: project ideas|portfolio projects|projects? for (?:your )?portfolio
    projects: ideias de projetos|ideas de proyectos|projektideen|项目创意
    certifications: certifications?\b|certificac|zertifi|认证
    books: books?\b|livros|libros|bucher|livres|书籍|书单
    documentation: documentation|^docs$|documentacao|documentacion|文档
    clouds: cloud (?:platforms?|providers?)
    courses: courses?\b|cursos|kurse|课程|mooc
    tools: tools?\b|technolog|tech stack|software|learning platforms|ferramentas|herramientas
    tools: werkzeuge|outils|工具|platforms
    links: links?\b|urls?\b|resources?|recursos|materials?|material\b|ressource|references?
    links: 资源|資源|suporte|further reading|videos?|articles?|blogs?|newsletters?|podcasts?
    routine: routine|rhythm|daily schedule|habits|rotina|节奏
    grading: grading|avaliacao|evaluation|bewertung|考核
    objectives: objectives?|goals?\b|objetivos|outcomes|ziele|目标
    overview: overview|summary|introduction|^about|visao geral|vision general|uberblick
    overview: current state|background|audience|who is this|why\b|概述|简介|apresentacao|introduc
    """
)
# Headings under which weeks and days are only mentioned, not taught.
NO_TIMELINE: Final = frozenset(
    re.findall(
        r"\w+",
        "contents skip journal reflection template assessment quantitative qualitative success "
        "metrics tracking checkpoint actions grading routine",
    )
)

# What a task asks for, by the words of its title; the first that fits.
TASK_KINDS: Final = table(
    r"""
    post: \b(?:write|publish|draft|post)\b.*\b(?:posts?|articles?|blogs?)\b|^blog\b
    post: \bcase stud(?:y|ies)\b
    contribution: \bcontribut|\bopen[- ]source (?:project|contribution)|\bpull requests?\b
    networking: ^(?:network|connect) with\b|^join\b.*\b(?:community|slack|discord|group|forum)
    networking: ^attend\b|\bmeetups?\b|^follow .*\b(?:influencers|people|leaders)
    job-search: \b(?:resume|curriculo|cv|linkedin|cover letter|interviews?|recommendations)\b
    job-search: ^apply (?:to|for)\b|\bjob (?:search|applications?)\b|\bjobs\b
    setup: ^(?:set ?up|setup|install|instalar?|configurar?|einrichten|搭建|安装)\b
    setup: ^create .*\baccount\b|\bsetup$|^setting up\b
    reading: ^(?:re-?)?read\b|^(?:leia|ler|leer|lesen|lire)\b|\bchapters?\b|阅读
    course: \b(?:course|curso|specialization|mooc|tutorials?|kurs|lectures?|playlist)\b|^enroll
    course: ^watch\b|课程
    project: \bprojects?\b|\bprojeto\b|\bproyecto\b|\bprojekt\b
    project: ^(?:build|deploy|implement|develop|ship)\b|\bcapstone\b|\bend-to-end\b|项目
    """
)
