"""**Are fewer parameters faster?** Encoders with random weights are built and timed on this device: a forward pass, and
a training step (forward, backward, Adam).

1. Choose the models, and set the sizes of one of your own.
2. *Start*. In each round every model takes its turn, so that whatever else the machine does slows all of them alike.
3. A dot further left has fewer parameters, one further down is faster. The line through a dot spans the middle half of
   its rounds.

ALBERT-base has a ninth of the parameters of BERT-base, and its forward pass takes as long: its layers share their
parameters, but each of them is computed. (A training step saves what Adam does to each parameter.) DistilBERT has six
times the parameters of ALBERT-base and takes half the time, since it has half the layers. What decides is the number of
operations (FLOP), and how well the device is used.

Weights of the papers' models would take just as long: time does not depend on what the numbers are.
"""

from playground.demo import Demo
from playground.demos.albert.stopwatch.schema import Progress, Request, Result

DEMO = Demo(
    name="albert_stopwatch",
    request=Request,
    result=Result,
    progress=Progress,
    lane="long",
    folder="albert.stopwatch",
)
