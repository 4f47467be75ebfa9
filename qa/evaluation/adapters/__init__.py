"""Public question sets as articles and questions: each set is one small class, measured like any other question file."""

from collections.abc import Mapping

from qa.evaluation.adapters.clapnq import ClapNQ
from qa.evaluation.adapters.injection import InjectedNQ, InjectedSquad
from qa.evaluation.adapters.multihop import MultiHop, MultiHopAmongMany
from qa.evaluation.adapters.ramdocs import RamDocs
from qa.evaluation.adapters.realtimeqa import RealTimeQA
from qa.evaluation.adapters.squad import Squad
from qa.evaluation.adapters.yardstick import Yardstick

YARDSTICKS: Mapping[str, Yardstick] = {
    one.name: one
    for one in (
        Squad(),
        MultiHop(),
        MultiHopAmongMany(),
        RealTimeQA(),
        ClapNQ(),
        RamDocs(),
        InjectedSquad(),
        InjectedNQ(),
    )
}
"""Every set that is asked, by its name, in the order of the table."""
