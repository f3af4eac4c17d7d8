"""The one place where free JSON stands in a record: what a correction puts in the place of other data."""

from __future__ import annotations

import msgspec

from sarhad.wire import canonical
from sarhad.wire.errors import Refused, VerificationError
from sarhad.wire.kinds import Correction
from sarhad.wire.registry import Data


def canonical_data(data: Data) -> Data:
    """Bring the free JSON inside a correction into its canonical form; raise Refused where it has none."""
    if not isinstance(data, Correction):
        return data
    try:
        plain = msgspec.json.decode(data.data)
        return msgspec.structs.replace(data, data=msgspec.Raw(canonical.encode(plain)))
    except (msgspec.MsgspecError, VerificationError) as error:
        raise Refused(str(error), where="data.data", do="Give the whole data as JSON without fractions") from error
