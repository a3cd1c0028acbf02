"""The words of English that the rules of docquote look for."""

from __future__ import annotations

from rag.text.language import Language

ENGLISH = Language(
    code="en",
    stop_words=frozenset(
        """
        a about above after again against all also am an and any are aren as at be because been before being below
        between both but by can cannot could couldn did didn do does doesn doing don down during each few for from
        further had hadn has hasn have haven having he her here hers herself him himself his how i if in into is isn it
        its itself just ll me more most mustn my myself no nor not of off on once only or other our ours ourselves out
        over own please re s same shall shan she should shouldn so some such t tell than that the their theirs them
        themselves then there these they this those through to too under until up us ve very was wasn we were weren what
        when where which while who whom whose why will with won would wouldn you your yours yourself yourselves
        """.split()
    ),
    articles=frozenset(("a", "an", "the")),
    auxiliaries=frozenset(
        """
        is are was were do does did can could will would should has have had may might must am isn aren don doesn
        """.split()
    ),
    question_words=frozenset("who whom whose when where why how what which".split()),
    amount_words=frozenset(("many", "much", "often", "long")),
    persons=("he", "she", "him"),
    owning_persons=("his", "hers", "her"),
    things=("they", "them", "it"),
    owning_things=("their", "theirs", "its"),
    demonstratives=("this", "that", "these", "those"),
    months=(
        ("january", "jan"),
        ("february", "feb"),
        ("march", "mar"),
        ("april", "apr"),
        ("may",),
        ("june", "jun"),
        ("july", "jul"),
        ("august", "aug"),
        ("september", "sept", "sep"),
        ("october", "oct"),
        ("november", "nov"),
        ("december", "dec"),
    ),
    weekdays=("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    seasons=(("spring",), ("summer",), ("autumn", "fall"), ("winter",)),
    days=("yesterday", "today", "tomorrow"),
    units=(
        *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
        *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
    ),
    tens=("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"),
    scales={"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12},
    list_marker=r"(?:[-*•·▪◦–—]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])\s",
    question_labels=("q", "question"),
    answer_labels=("a", "answer"),
    never_last=frozenset(
        """
        approx avg ca cf dept dr e.g esp est fig figs gen hon i.e incl max messrs min mr mrs ms para paras prof ref rev
        st tel vs
        """.split()
    ),
    seldom_last=frozenset(
        """
        art etc ext jr no nos p pp sec sr vol mon tue tues wed thu thur thurs fri sat sun jan feb mar apr jun jul aug
        sep sept oct nov dec
        """.split()
    ),
    no_abbreviations=("May", "may", "art", "me", "no"),
)
