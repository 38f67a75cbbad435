"""What the second pass finds: tokens, languages, near duplicates, overlap."""

from collections.abc import Mapping

from handlers.wording.finding_tables.languages import language
from handlers.wording.finding_tables.words import Params, Words


def _languages(params: Params) -> Mapping[str, str]:
    return {name: language(str(params.get(name, ""))) for name in ("main", "second")}


WORDS: Mapping[str, Words] = {
    "example_over_limit": Words(
        "has {tokens} tokens ({counted}), and the model takes {most} of an example",
        "shorten it or split it: what is too much is cut off at its end",
        many="are longer than the model takes",
    ),
    "images_not_counted": Words(
        "the file has {images} images in {examples} examples; the count of tokens is of the texts alone",
        "expect more billed tokens than shown",
    ),
    "languages_mixed": Words(
        "the file is mostly {main}, but {second} in about {share} % of a sample",
        "leave it so if the model shall speak both, else take the others out",
        derive=_languages,
    ),
    "near_duplicate": Words(
        "says almost the same as line {first} ({likeness} % alike)",
        "keep the better one, or make them differ more",
        many="are almost the same as an earlier line",
    ),
    "near_not_looked": Words(
        "is the first that was not compared for near duplicates, after {compared} examples",
        "split the file to have the rest compared too",
        many="are the first that were not compared for near duplicates",
    ),
    "validation_overlap": Words(
        "stands in the training file too, on line {train}",
        "keep each example in only one of the two files",
        many="are in the training file too",
    ),
    "validation_near_overlap": Words(
        "says almost the same as line {train} of the training file ({likeness} % alike)",
        "keep each example in only one of the two files",
        many="are almost the same as lines of the training file",
    ),
}
