"""The file that the benchmarks of datasets read: mixed chat lines from a seed, the same on every machine.

58 % of the lines are one question and one answer, 30 % are chats of two to six turns with weights (some with
names), 12 %
call tools. English comes from Python's own help topics; Japanese, Chinese, Russian, Spanish and Arabic from the words
below. Every tenth line is written with escapes (`\\u00e9`). The file begins with a byte-order mark.
"""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from pydoc_data.topics import topics

MARK = b"\xef\xbb\xbf"
MEGABYTE = 1_000_000
PLAIN, MIXED = "plain", "mixed"

_WORDS = {
    "ja": (
        "注文 荷物 返金 在庫 倉庫 配送 確認 申し訳ありません "
        "本日 明日 お客様 商品 番号 住所 変更 できます "
        "お届け 予定 です ます は を に が"
    ),
    "zh": (
        "订单 包裹 退款 库存 仓库 配送 确认 抱歉 今天 "
        "明天 顾客 商品 号码 地址 更改 可以 送达 预计 "
        "我们 您的 已经 请 的 了 在"
    ),
    "ru": (
        "заказ посылка возврат склад доставка проверьте сегодня завтра "
        "клиент товар номер адрес изменить можно мы ваш "
        "уже будет пожалуйста и в на не"
    ),
    "es": (
        "pedido paquete devolución almacén envío confirme hoy mañana cliente "
        "artículo número dirección cambiar puede nuestro usted ya estará "
        "gracias según también el la de en"
    ),
    "ar": (
        "الطلب الطرد استرداد المخزن التوصيل تأكيد اليوم "
        "غدا العميل المنتج رقم العنوان تغيير يمكن "
        "سوف لقد شكرا من في على إلى"
    ),
}
_LANGUAGES = ("en", "ja", "zh", "ru", "es", "ar")
_SHARES = (50, 14, 11, 10, 8, 7)
_SYSTEMS = (
    "You answer questions about orders, briefly and kindly.",
    "You help people with the manual of a programming language.",
    "Answer in the language of the question. Say so when you do not know.",
)
_TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "find_order",
            "description": "Looks an order up by its number.",
            "parameters": {
                "type": "object",
                "properties": {"number": {"type": "string"}, "details": {"type": "boolean"}},
                "required": ["number"],
            },
        },
    },
    {
        "type": "function",
        "function": {
            "name": "open_topic",
            "description": "Opens a page of the manual.",
            "parameters": {
                "type": "object",
                "properties": {"topic": {"type": "string"}},
                "required": ["topic"],
            },
        },
    },
]
_TOOLS_AT = 0.12
_PAIRS_AT = 0.70
_NAMED_AT = 0.2
_ESCAPED_EVERY = 10

Message = dict[str, object]


class _Texts:
    """Texts of wanted length in one language."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._english = [" ".join(text.split()) for _, text in sorted(topics.items())]

    def make(self, language: str, letters: int) -> str:
        rng = self._rng
        if language == "en":
            page = rng.choice(self._english)
            start = rng.randrange(max(1, len(page) - letters))
            return page[start : start + letters].strip() or "Yes."
        words = _WORDS[language].split()
        glue = "" if language in ("ja", "zh") else " "
        said = rng.choices(words, k=max(2, letters // (4 if glue else 3)))
        stop = "。" if not glue else "."
        return stop.join(glue.join(said[at : at + 9]) for at in range(0, len(said), 9)) + stop


def examples(seed: int, kind: str = MIXED) -> Iterator[dict[str, object]]:
    """Examples without end. `plain`: nothing but roles and contents, which is all that some peers take."""
    rng = random.Random(seed)  # noqa: S311 - the same file every time is what is wanted
    texts = _Texts(rng)
    while True:
        language = rng.choices(_LANGUAGES, _SHARES)[0]
        scale = 1.0 if language in ("en", "es") else 0.5
        draw = rng.random()

        def say(letters: int, language: str = language, scale: float = scale) -> str:
            return texts.make(language, int(letters * scale * rng.uniform(0.4, 1.7)))

        system: Message = {"role": "system", "content": rng.choice(_SYSTEMS)}
        if draw < _TOOLS_AT and kind == MIXED:
            yield _with_tools(rng, say(150), say(160), say(330), system)
        elif draw < _PAIRS_AT:
            yield {"messages": [system, _user(say(280)), _answer(say(570))]}
        else:
            messages = [system]
            named = rng.random() < _NAMED_AT
            for _ in range(rng.randint(2, 6)):
                question, answer = _user(say(105)), _answer(say(215))
                if kind == MIXED:
                    answer["weight"] = rng.randint(0, 1)
                    if named:
                        question["name"] = "rin"
                messages += [question, answer]
            if kind == MIXED:
                messages[-1]["weight"] = 1
            yield {"messages": messages}


def _user(text: str) -> Message:
    return {"role": "user", "content": text}


def _answer(text: str) -> Message:
    return {"role": "assistant", "content": text}


def _with_tools(rng: random.Random, asked: str, found: str, said: str, system: Message) -> dict[str, object]:
    call = f"call_{rng.randrange(10**9):09}"
    number = rng.randrange(10**6)
    arguments = json.dumps({"number": f"A-{number}", "details": rng.random() < 0.5})
    calling: Message = {
        "role": "assistant",
        "tool_calls": [
            {"id": call, "type": "function", "function": {"name": "find_order", "arguments": arguments}}
        ],
    }
    result: Message = {
        "role": "tool",
        "tool_call_id": call,
        "content": json.dumps({"order": number, "note": found}, ensure_ascii=False),
    }
    return {
        "messages": [system, _user(asked), calling, result, _answer(said)],
        "tools": _TOOLS,
        "parallel_tool_calls": False,
    }


def write(path: Path, size: int, *, seed: int = 1, kind: str = MIXED, mark: bool = True) -> int:
    """Write at most `size` bytes of whole lines; the number of lines. Memory stays flat.

    The first 20 MB of lines are made; larger files repeat them in another order, with a number of its own in
    each line, so
    that no two lines are equal and a file of 512 MB takes seconds to make.
    """
    made: list[bytes] = []
    room = min(size, 20 * MEGABYTE)
    for number, example in enumerate(examples(seed, kind)):
        data = json.dumps(example, ensure_ascii=number % _ESCAPED_EVERY == 0).encode() + b"\n"
        if room < len(data):
            break
        room -= len(data)
        made.append(data)
    rng = random.Random(seed)  # noqa: S311 - as above
    left = size - len(MARK) * mark
    lines = 0
    with path.open("wb") as file:
        file.write(MARK * mark)
        while True:
            for data in made:
                # The last content of a line ends with the number of the line.
                line = _numbered(data, lines)
                if len(line) > left:
                    return lines
                file.write(line)
                left -= len(line)
                lines += 1
            rng.shuffle(made)


def _numbered(data: bytes, number: int) -> bytes:
    at = data.index(b'"role": "user", "content": "') + len(b'"role": "user", "content": "')
    return b"%b#%d %b" % (data[:at], number, data[at:])
