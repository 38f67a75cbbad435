"""What can be found about the examples as a set."""

from bot.datasets.rules.base import RuleSpec

_OPENAI_COUNT = (
    "OpenAI, fine-tuning guide: example count recommendations (improvements from 50 to 100 examples on)"
)

DUPLICATE_EXAMPLE = RuleSpec(
    "duplicate_example",
    "warning",
    "OpenAI prepare_data: duplicate rows (anchors B.2, data set)",
    ("first", "times"),
    "A copy is trained on again in every epoch, so it weighs more than the others and costs its tokens again.",
)
CONFLICTING_ANSWERS = RuleSpec(
    "conflicting_answers",
    "warning",
    "anchors B.2, data set: conflicting answers for the same prompt",
    ("first", "answers"),
    "The model is taught two answers for one question and learns to guess between them.",
)
SYSTEM_PROMPT_VARIES = RuleSpec(
    "system_prompt_varies",
    "hint",
    "anchors B.2, data set: system prompt consistency",
    ("examples", "others", "first"),
    "The model learns to behave so under the usual system prompt, and may not under a deviating one.",
)
SYSTEM_PROMPT_MISSING = RuleSpec(
    "system_prompt_missing",
    "hint",
    "OpenAI cookbook, data preparation: missing system message (anchors B.2)",
    ("examples", "first"),
    "A model that is later asked with a system prompt has learned from these examples without one.",
)
LANGUAGES_MIXED = RuleSpec(
    "languages_mixed",
    "hint",
    "anchors B.2, data set: language mix",
    ("main", "second", "share"),
    "The model may answer in the wrong language when the mix was not meant.",
)
FEW_EXAMPLES = RuleSpec(
    "few_examples",
    "hint",
    _OPENAI_COUNT,
    ("examples", "advised"),
    "From so few examples a model takes over little more than a tone.",
)
ONE_SCENARIO = RuleSpec(
    "one_scenario",
    "hint",
    "OpenAI, fine-tuning guide: training examples should be as diverse as what the model will be asked",
    ("share", "first"),
    "Questions that begin in another way than those in the file may not be recognised as the same task.",
)
ONE_ANSWER = RuleSpec(
    "one_answer",
    "hint",
    "OpenAI, fine-tuning guide: balance and diversity of the data",
    ("share", "first"),
    "The model gives this answer where it does not fit, because it was right so often.",
)
SET_NOT_COMPARED = RuleSpec(
    "set_not_compared",
    "hint",
    "bound of this checker: bot/datasets/gathered.py",
    ("compared",),
    "Duplicates and conflicting answers behind this number of examples are not told.",
)

SPECS = (
    DUPLICATE_EXAMPLE,
    CONFLICTING_ANSWERS,
    SYSTEM_PROMPT_VARIES,
    SYSTEM_PROMPT_MISSING,
    LANGUAGES_MIXED,
    FEW_EXAMPLES,
    ONE_SCENARIO,
    ONE_ANSWER,
    SET_NOT_COMPARED,
)
