"""``--lang`` of the planning commands: what cannot be done, and a call that is wrong, told in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, get_args

import click

from sarhad.wire.values import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
LANG = click.option(
    "--lang", type=click.Choice(LANGUAGES), default="en", show_default=True,
    help="Language of the answer, and of what is wrong with a question.",
)  # fmt: skip


class Worded(click.Command):
    """A command whose errors are told in the language that it was asked in; in English as click tells them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; raise PlanError for a wrong call in another language than English."""
        given, lang = list(args), _lang_of(args)
        if lang == "en":
            return super().parse_args(ctx, args)
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            from sarhad.node.planning_words import worded

            with worded(lang):
                raise _wrong_call(error, given, lang) from error

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; its errors in the language asked for."""
        from sarhad.node.planning_words import worded

        named = ctx.params["lang"] if "lang" in ctx.params else sole(ctx.params["languages"])
        with worded(named):
            return super().invoke(ctx)


def sole(languages: Sequence[Language]) -> Language:
    """Return the one language that is asked for; English where there are several."""
    return languages[0] if len(set(languages)) == 1 else "en"


def _lang_of(args: Sequence[str]) -> Language:
    """Return the language that the call names, as far as it can be read."""
    said = [following for word, following in zip(args, [*args[1:], ""], strict=True) if word == "--lang"]
    said += [word.removeprefix("--lang=") for word in args if word.startswith("--lang=")]
    return sole([lang for lang in LANGUAGES if lang in said])


def _wrong_call(error: click.UsageError, args: Sequence[str], lang: Language) -> Exception:
    """Return the error in words of the catalogue."""
    from sarhad.response.errors import PlanError

    match error:
        case click.NoSuchOption():
            return PlanError("plan-call-option", error.message, option=error.option_name)
        case click.BadOptionUsage():
            return PlanError("plan-call-missing", error.message, option=error.option_name)
        case click.BadParameter() if error.param is not None:
            values = {"option": _name(error.param), "value": _given(error, args)}
            return PlanError("plan-call-value", error.message, **values, wanted=_wanted(error.param.type, lang))
        case _:
            return PlanError("plan-call-extra", error.message)


def _name(param: click.Parameter) -> str:
    return max(param.opts, key=len) if isinstance(param, click.Option) else str(param.name).upper()


def _given(error: click.BadParameter, args: Sequence[str]) -> str:
    """Return what was given for the parameter: after its option (the last of several), else as click quotes it."""
    quoted = re.search(r"'([^']*)'|^(\S+) is not in the range", error.message)
    found = next(filter(None, quoted.groups()), "–") if quoted else "–"
    for word, following in zip(args, [*args[1:], "–"], strict=True):
        name, sign, value = word.partition("=")
        if error.param is not None and name in error.param.opts:
            found = value if sign else following
    return found


def _wanted(kind: click.ParamType[Any], lang: Language) -> str:
    """Return what could be given instead."""
    from sarhad.node.planner.saying import Saying

    words = Saying(lang)
    match kind:
        case click.Choice():
            return words.say("plan.told.wanted.choice", choices=words.several([str(one) for one in kind.choices]))
        case click.IntRange() | click.FloatRange() if kind.max is not None and kind.min is not None:
            ends = {"low": words.digits(f"{kind.min:g}"), "high": words.digits(f"{kind.max:.12g}")}
            return words.say("plan.told.wanted.between", **ends)
        case click.IntRange() | click.FloatRange() if kind.min is not None:
            return words.say("plan.told.wanted.least", low=words.digits(f"{kind.min:g}"))
        case click.Path():
            both = kind.file_okay and kind.dir_okay
            return words.say(f"plan.told.wanted.{'path' if both else 'file' if kind.file_okay else 'folder'}")
        case _ if kind.name in ("integer", "float", "integer range", "float range"):
            return words.say("plan.told.wanted.number")
        case _:
            return words.say("plan.told.wanted.other")
