"""A settings file as plain values: text, numbers, true, false, null, lists, and mappings with text as keys.

Stricter than YAML: what YAML takes otherwise than it looks (12:30 is 750), what it cannot take in a settings
file (tags, dates), and what is larger than any settings (aliases of aliases) is refused before it is built.
"""

import re
from pathlib import Path
from typing import Any

import yaml

from modgrow.errors import printable
from modgrow.validation import DEEPEST, MOST_VALUES, refusal

MOST_BYTES = 2**17
CORE = "tag:yaml.org,2002:"
INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,18})")
NUMBER = re.compile(r"[-+]?([0-9]{1,30}\.?[0-9]{0,30}|\.[0-9]{1,30})([eE][-+]?[0-9]{1,4})?")
NO_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")  # refused by the key that has it


def read_yaml(path: str | Path) -> dict[str, Any]:
    """The mapping that a settings file holds. Raises SettingsError: one line, with the file's name."""
    text = _text(Path(path))
    try:
        raw = _Plain(text).get_single_data()
    except yaml.YAMLError as error:
        raise refusal(str(path), f"not valid YAML: {_explain(error)}") from None
    if not isinstance(raw, dict):
        raise refusal(str(path), f"is a {type(raw).__name__}; must be a mapping of keys to values")
    return raw


def _text(path: Path) -> str:
    try:
        if path.exists() and not path.is_file():
            raise refusal(str(path), "is not a file; name a settings file with --configfile")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        said = "no such settings file; run from the project's root, or name one with --configfile"
        raise refusal(str(path), said) from None
    except (OSError, ValueError) as error:
        raise refusal(str(path), f"cannot be read: {error}") from None
    if len(content) > MOST_BYTES:
        raise refusal(str(path), f"is larger than {MOST_BYTES // 1024} kB; settings are smaller")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        said = f"is not UTF-8 text (byte {error.start + 1} is {content[error.start]:#04x}); save it as UTF-8"
        raise refusal(str(path), said) from None


def _explain(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"line {error.problem_mark.line + 1}: {error.problem}"
    return " ".join(str(error).split())


class _Plain(yaml.SafeLoader):
    """Builds plain values alone; counts them, aliases written out, before it does."""

    def __init__(self, text: str):
        super().__init__(text)
        self.depth = 0
        self.whole: dict[yaml.Node, tuple[int, int]] = {}  # values in a finished node, and how deep they go

    def compose_node(self, parent, index):
        is_alias = self.check_event(yaml.AliasEvent)
        line = self.peek_event().start_mark
        self.depth += 1
        _refuse_if(self.depth > DEEPEST, line, f"lies deeper than {DEEPEST} levels")
        node = super().compose_node(parent, index)
        self.depth -= 1
        if is_alias:
            _refuse_if(node not in self.whole, line, "an alias stands inside what it names")
        else:
            self.whole[node] = _measure([self.whole[inner] for inner in _inside(node)])
        values, levels = self.whole[node]
        _refuse_if(self.depth + levels > DEEPEST, line, f"lies deeper than {DEEPEST} levels")
        _refuse_if(values > MOST_VALUES, line, f"more than {MOST_VALUES} values, aliases written out")
        return node

    def flatten_mapping(self, node):
        if not hasattr(node, "unique"):  # merging rewrites a node: look at it once, as it was written
            self._refuse_keys(node)
            node.unique = True
        super().flatten_mapping(node)

    def _refuse_keys(self, node):
        """PyYAML keeps the last of two equal keys; two arms with one name must not pass in silence."""
        seen = set()
        for key_node, _ in node.value:
            if key_node.tag == f"{CORE}merge":
                continue
            line = key_node.start_mark
            kind = _kind(key_node)
            _refuse_if(kind in ("list", "mapping"), line, f"a key is a {kind}; must be text")
            key = key_node.value
            shown = printable(repr(key))
            _refuse_if(kind != "str", line, f"the key {shown} is a {kind} in YAML; write it in quotes")
            _refuse_if(not key.isprintable(), line, f"the key {shown} cannot be printed; rename it")
            _refuse_if(key in seen, line, f"the key {shown} stands twice; remove one")
            seen.add(key)

    def integer(self, node):
        text = self.construct_scalar(node)
        _refuse_if(not INTEGER.fullmatch(text), node.start_mark, _not_plain(text))
        return int(text)

    def number(self, node):
        text = self.construct_scalar(node)
        known = NUMBER.fullmatch(text) or NO_NUMBER.fullmatch(text)
        _refuse_if(not known, node.start_mark, _not_plain(text))
        return self.construct_yaml_float(node)

    def one_of_few(self, node):
        """true, false or null."""
        text = self.construct_scalar(node)
        known = text.lower() in (self.bool_values if node.tag == f"{CORE}bool" else ("", "~", "null"))
        _refuse_if(not known, node.start_mark, f"{printable(repr(text))} is not a {_kind(node)}")
        return self.bool_values.get(text.lower())

    def unknown(self, node):
        what = f"here stands {printable(node.tag.replace(CORE, '!!'), 40)}"
        if isinstance(node, yaml.ScalarNode):
            what = f"{printable(repr(node.value))} is a {printable(_kind(node), 40)} in YAML"
        said = (
            f"{what}; settings are text (in quotes where needed), numbers, true, false, null, lists, mappings"
        )
        _refuse_if(True, node.start_mark, said)


_Plain.yaml_constructors = {
    f"{CORE}str": yaml.SafeLoader.construct_yaml_str,
    f"{CORE}seq": yaml.SafeLoader.construct_yaml_seq,
    f"{CORE}map": yaml.SafeLoader.construct_yaml_map,
    f"{CORE}int": _Plain.integer,
    f"{CORE}float": _Plain.number,
    f"{CORE}bool": _Plain.one_of_few,
    f"{CORE}null": _Plain.one_of_few,
    None: _Plain.unknown,
}


def _inside(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [inner for pair in node.value for inner in pair]
    return node.value if isinstance(node, yaml.SequenceNode) else []


def _measure(inside: list[tuple[int, int]]) -> tuple[int, int]:
    return 1 + sum(values for values, _ in inside), 1 + max((levels for _, levels in inside), default=-1)


def _kind(node: yaml.Node) -> str:
    names = {yaml.SequenceNode: "list", yaml.MappingNode: "mapping"}
    return names.get(type(node), node.tag.removeprefix(CORE))


def _not_plain(text: str) -> str:
    return f"{printable(repr(text))} is a number of another kind in YAML; write it plainly, or text in quotes"


def _refuse_if(wrong: bool, mark: yaml.Mark, said: str) -> None:
    if wrong:
        raise yaml.MarkedYAMLError(problem=said, problem_mark=mark)
