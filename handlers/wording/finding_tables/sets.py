"""The examples as a set."""

from collections.abc import Mapping

from handlers.wording.finding_tables.words import Params, Words, counted


def _examples(params: Params) -> Mapping[str, str]:
    first = params.get("first", 0)
    line = f"{first:,}" if isinstance(first, int) else first
    return {
        "counted": counted(int(params.get("examples", 0)), "example", "examples"),
        "prompts": counted(int(params.get("others", 0)), "other prompt", "other prompts"),
        "place": f", the first on line {line}" if first else "",
    }


WORDS: Mapping[str, Words] = {
    "duplicate_example": Words(
        "repeats line {first}; this example stands in the file {times} times",
        "keep one of them",
        many="are copies of an earlier line",
    ),
    "conflicting_answers": Words(
        "answers the prompt of line {first} in another way; the file has {answers} answers to it",
        "keep the best answer, or say in the prompts what makes the difference",
        many="have the prompt of an earlier line and another answer",
    ),
    "system_prompt_varies": Words(
        "the file has one usual system prompt, but {counted} with {prompts}{place}",
        "use one system prompt, the one that the model will be asked with, or leave it so if the difference is meant",
        derive=_examples,
    ),
    "system_prompt_missing": Words(
        "the file has {counted} without a system prompt{place}, and others with one",
        "add the system prompt that the model will be asked with, or leave it out everywhere",
        derive=_examples,
    ),
    "few_examples": Words(
        "the file has {counted}, which is enough to train but rarely enough to learn from",
        "aim for {advised} good ones at least, better some hundred",
        derive=_examples,
    ),
    "one_scenario": Words(
        "the file asks much the same: {share} % of a sample of its questions begin with the words of line {first}",
        "add questions in the ways in which people will really ask them",
    ),
    "one_answer": Words(
        "the file gives one answer again and again: {share} % of a sample have the answer of line {first}",
        "thin those out, or add examples with other answers",
    ),
    "set_not_compared": Words(
        "the file is longer than what is compared: duplicates and conflicts are told for its first {compared} examples",
        "split the file to have the rest compared too",
    ),
}
