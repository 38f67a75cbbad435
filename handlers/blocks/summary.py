"""What Start will do: model, data, tokens, epochs, cost with its source, warnings."""

from bot.facts.forms import TrainSummary
from bot.facts.jobs import DataRef
from handlers.blocks.primitives import Block, context, fields, section
from handlers.wording import job_settings, jobs, numbers
from handlers.wording.markup import inline
from handlers.wording.modals import charges, say, warning


def blocks(summary: TrainSummary, locale: str) -> list[Block]:
    """The body of the summary modal."""
    order = summary.order
    without = "s_timed" if summary.timed else "s_batches" if summary.measure == "batches" else "s_no_cost"
    cost = numbers.cost(summary.cost, locale) if summary.cost else say(without, locale)
    shown: list[Block] = [
        section(f"*{say('s_cost', locale)}:* {cost}"),
        *fields(
            [
                (say("s_model", locale), inline(summary.model, 200)),
                (say("s_connection", locale), inline(order.connection, 100)),
                (say("s_method", locale), jobs.chosen_method(order.method, locale)),
                (say("s_type", locale), jobs.training_type(order.training_type, locale)),
                (say("s_data", locale), _data(summary.train, locale)),
                (say("s_valid", locale), _validation(summary, locale)),
                (say("s_tokens", locale), _tokens(summary, locale)),
                (say("s_epochs", locale), _epochs(summary, locale)),
                (say("s_billed", locale), _billed(summary, locale)),
                (say("s_settings", locale), _settings(summary, locale)),
                (say("s_suffix", locale), inline(order.suffix or say("s_none", locale), 100)),
            ]
        ),
    ]
    warnings = [
        say("s_warning", locale, text=warning(code, params, locale)) for code, params in summary.warnings
    ]
    shown += [section(text) for text in warnings[:20]]
    charged = charges(summary.provider, locale, timed=summary.timed)
    licence = [context(inline(summary.licence, 600))] if summary.licence else []
    return [*shown, *licence, context(charged)]


def _data(data: DataRef, locale: str) -> str:
    parts = [inline(data.name, 120), inline(data.id, 20)]
    if data.examples is not None:
        parts.append(numbers.count(data.examples, "example", locale))
    return " · ".join(parts)


def _validation(summary: TrainSummary, locale: str) -> str:
    if summary.valid is not None:
        return _data(summary.valid, locale)
    share = summary.order.split
    if share is None:
        return say("s_service_holds_back" if summary.holds_back else "s_no_valid", locale)
    return say("s_held_back", locale, {"dataset": summary.train.id}, share=f"{share}{numbers.NBSP}%")


def _tokens(summary: TrainSummary, locale: str) -> str:
    return "" if summary.tokens is None else numbers.tokens(summary.tokens, summary.tokens_exact, locale)


def _epochs(summary: TrainSummary, locale: str) -> str:
    if summary.measure != "epochs":
        return ""
    return say("s_epochs_auto", locale) if summary.epochs is None else f"{summary.epochs:,}"


def _billed(summary: TrainSummary, locale: str) -> str:
    if summary.billed_tokens is None:
        return ""
    if summary.measure == "tokens":
        return f"{numbers.measured_tokens(summary.billed_tokens, locale)}, {say('s_billed_ordered', locale)}"
    tokens = numbers.tokens(summary.billed_tokens, summary.tokens_exact, locale)
    return f"{tokens}, {say('s_billed_note', locale)}"


def _settings(summary: TrainSummary, locale: str) -> str:
    order = summary.order
    parts = [
        job_settings.setting(summary.labels.get(name, name), value, locale)
        for name, value in list(order.hyperparameters.items())[:20]
    ]
    if order.seed is not None:
        parts.append(f"{say('train_seed', locale).lower()} {order.seed}")
    return " · ".join(parts) or say("s_epochs_auto", locale)
