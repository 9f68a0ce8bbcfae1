"""**Train the head yourself.** A head for a pair of sentences is one linear layer over the *pooler*, the layer over
`[CLS]`. Here such a layer is trained in front of you, on the frozen model: nothing of the model itself is changed.

ALBERT's published checkpoints carry no sentence-order head: it was trained with them and then left out. The pooler that
it read is still there, so a new head shows how much of the order can be read off it.

1. Choose a model and the task: order (next against swapped) or next (next against a sentence from elsewhere).
2. *Start.* The 158 groups of three sentences are split into five parts; five times a head learns from four of them and
   is judged on the fifth, so every answer that is counted is about sentences that the head has never seen.
3. The last head, trained on all groups, then judges the two sentences you typed.

With 632 pairs to learn from this is a small probe: its interval is wide, and 50% is guessing.
"""

from playground.demo import Demo
from playground.demos.sentence_pairs.probe.schema import Progress, Request, Result

DEMO = Demo(
    name="sentence_pairs_probe",
    request=Request,
    result=Result,
    progress=Progress,
    lane="long",
    folder="sentence_pairs.probe",
)
