"""Who is how large, how quick and how good, as a table; and what the papers claim."""

import html
from urllib.parse import urlencode

from playground.core.architecture import Architecture, total
from playground.demos.distillation.schema import Control, Result, Side
from playground.messages import say
from playground.models.catalogue import Entry
from playground.plots.style import percent
from playground.published import published
from playground.runs import to_link
from playground.ui.tables import small, table


def sizes(teacher: Entry, layers: int, width: int, heads: int, ffn: int, language: str) -> str:
    """The student's parameters beside the teacher's, or why there can be none."""
    if width % heads:
        return small(say("pg_err_dis_heads", language, width=width, heads=heads))
    guesses = "sequence_classification" not in teacher.heads
    encoder = Architecture(
        vocab_size=30_522,
        embedding_size=width,
        hidden_size=width,
        num_layers=layers,
        num_heads=heads,
        intermediate_size=ffn,
        projection=False,
        pooler=not guesses,
        mlm_head=guesses,
    )
    own = total(encoder) + (0 if guesses else 2 * (width + 1))
    if not teacher.parameters:  # of a model that a person brought
        return small(say("pg_dis_sizes_alone", language, own=f"{own / 1e6:.1f}"))
    share = own / teacher.parameters
    return small(
        say(
            "pg_dis_sizes",
            language,
            own=f"{own / 1e6:.1f}",
            teacher=f"{teacher.parameters / 1e6:.1f}",
            share=percent(share),
            embeddings=f"{30_522 * width / 1e6:.1f}",
        )
    )


def verdict(result: Result, model: str, language: str) -> str:
    """The table as far as there is one; what was learned from; the pace; the papers' claims."""
    lines = [_material(result, language)]
    if result.seconds_left and result.history:
        lines.append(
            say(
                "pg_dis_pace",
                language,
                tokens=f"{result.tokens_per_second:,.0f}",
                left=f"{result.seconds_left:,.0f}",
            )
        )
    if result.teacher is None or result.student is None:
        return small(*lines)
    heads = [say(f"pg_dis_col_{head}", language) for head in ("model", "size", "time", "accuracy", "agreement")]
    rows = [
        (say("pg_dis_teacher", language), *_side(result.teacher), "–"),
        (say("pg_dis_student", language), *_side(result.student), _share(result.agreement)),
    ]
    rows += [
        (say(f"pg_dis_control_{control.start}", language), "", "", _scored(control), _share(control.agreement))
        for control in (result.control, result.control_random)
        if control is not None
    ]
    return (
        table(heads, rows, numbers=(1, 2, 3, 4))
        + small(_gain(result, language))
        + _link(result, model, language)
        + small(*lines)
        + claims(result, language)
    )


def _link(result: Result, model: str, language: str) -> str:
    """To both on one's own sentence."""
    asked = {"student": result.student_id, "model": model}
    link = to_link("distillation_compare", asked) if result.student_id else None
    if link is None:
        return ""
    query = html.escape(urlencode({**link, "lang": language}))
    return f"<p class='pg-small'><a href='?{query}'>{html.escape(say('pg_dis_compare', language))}</a></p>"


def _material(result: Result, language: str) -> str:
    of = result.material
    if of is None:
        return ""
    said = say(
        "pg_dis_material" if of.task == "sequence_classification" else "pg_dis_material_words",
        language,
        labelled=of.labelled,
        unlabelled=of.unlabelled + of.augmented,
        test=of.test,
        words=of.words,
        names=", ".join(of.names),
    )
    return said + " " + say("pg_dis_copied", language, copied=result.copied, tensors=result.tensors)


def _gain(result: Result, language: str) -> str:
    """What distillation brought, against the same student without a teacher."""
    if (gain := result.gain) is None or result.control is None:
        return ""
    control = say(f"pg_dis_control_{result.control.start}", language)
    if gain.points == gain.low == gain.high == 0:
        return say("pg_dis_gain_none", language, control=control)
    key = "pg_dis_gain" if gain.low > 0 or gain.high < 0 else "pg_dis_gain_unsure"
    numbers = {name: f"{value:+.1f}" for name, value in gain.model_dump().items()}
    return say(key, language, control=control, **numbers)


def claims(result: Result, language: str) -> str:
    """How much smaller, quicker, and how much is kept: here and in the papers."""
    teacher, student = result.teacher, result.student
    if teacher is None or student is None:
        return ""
    paper = published("distillation_claims")
    quicker = "–"
    if teacher.latency_ms and student.latency_ms:
        quicker = f"{teacher.latency_ms / student.latency_ms:.1f}x ({teacher.latency_ms / student.latency_ms - 1:+.0%})"
    here = (
        say("pg_dis_here", language),
        f"{teacher.parameters / student.parameters:.1f}x ({student.parameters / teacher.parameters - 1:+.0%})",
        quicker,
        _share(result.retained),
    )
    heads = [say(f"pg_dis_col_{head}", language) for head in ("model", "smaller", "quicker", "kept")]
    rows = [here, *((row.model, *row.scores) for row in paper.rows)]
    source = say("pg_pub_source", language, source=paper.source)
    return table(heads, rows, numbers=(1, 2, 3)) + small(source)


def _side(of: Side) -> tuple[str, str, str]:
    times = [of.latency_ms, of.latency_32_ms]
    shown = "–" if None in times else " / ".join(f"{time:.1f}" for time in times if time is not None)
    return f"{of.parameters / 1e6:.1f} M, {of.megabytes:.0f} MB", shown, _scored(of)


def _scored(of: Side | Control) -> str:
    return f"{percent(of.accuracy)} ({100 * of.low:.0f}–{100 * of.high:.0f})"


def _share(value: float | None) -> str:
    return "–" if value is None else percent(value)
