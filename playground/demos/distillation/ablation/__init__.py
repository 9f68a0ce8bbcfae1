"""**Which terms matter?** DistilBERT's paper takes one term after the other away and looks at what is lost, and so does
TinyBERT's. Here every chosen set of terms trains a student of its own.

The runs are *paired*: with one seed all sets begin with the same weights and read sentences in the same order, so that
what differs is the loss. The bars are means over the seeds. The table ranks the sets by accuracy, with the standard
deviation over the seeds, and says how much each is ahead of *labels alone*, seed by seed. (Labels alone read twice as
many labelled sentences a step, and no others.)

A few dozen steps are little, and 330 test sentences are few: a difference of two or three points may be chance. More
seeds say more than more steps. A term that looks useless for accuracy may still bring *agreement* with the teacher.

*Inside* is TinyBERT's embeddings, attention scores and hidden states without any prediction: its classifier learns from
nothing but what lies below it, so alone it says little. Whatever the teacher says of a sentence is computed once for
all sets and seeds.
"""

from playground.demo import Demo
from playground.demos.distillation.ablation.schema import Progress, Request, Result

DEMO = Demo(
    name="distillation_ablation",
    folder="distillation.ablation",
    request=Request,
    result=Result,
    progress=Progress,
    lane="long",
)
