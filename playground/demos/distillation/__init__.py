"""**What does a teacher bring?** Knowledge distillation trains a small *student* to answer like a large *teacher*
(Hinton et al. 2015). Not only the teacher's verdict is learned from, but how sure it is: "70% positive" says more than
"positive". And a teacher answers any text, so text without labels can be learned from, too.

1. Set the student's sizes, or choose a paper's preset. It may begin as layers of the teacher: DistilBERT takes one of
   two. *Start* trains it, and beside it two controls of the same sizes, seed and steps that see **labels alone**: one
   that begins alike, one at random. What the student has over them is what the teacher brought.
2. Watch each term of the loss on its own, and accuracy on sentences that nobody trained on. *Agreement* is the share
   of test sentences on which student and teacher say the same, right or wrong.
3. Under *Terms of the loss* every weight is yours; 0 leaves a term out.

**DistilBERT** (Sanh et al. 2019) adds three terms: *soft targets*, the divergence from the teacher's probabilities at
temperature T, times T²; the *hard* loss with the labels; and the *cosine* between the last hidden states. **TinyBERT**
(Jiao et al. 2020) imitates what is inside: *embeddings*, *attention scores* before softmax and *hidden states*, layer
by layer, through a learned projection where the widths differ, and the *predictions*. Which layer imitates which is the
layer map: *uniform* spreads the student over the teacher, *top* takes the teacher's uppermost layers. The table below
the sliders shows the pairs.

TinyBERT has two stages: a *general* one that imitates the pre-trained model (here bert-mini) on plain text, and one for
the task, with *augmented* text in which a language model has replaced words. (The paper's second stage imitates the
inside first and the predictions after it, and has 20 augmented copies of a sentence; here it is one sum, and one copy.)

The sentences were written for this project: 624 to learn from, 330 to be tested on, and 4,800 from a grammar that have
no label. An accuracy from 330 sentences is sure to about 4 or 5 points: the interval stands behind it. The gain over
the control has an interval of its own, sentence by sentence: what is hard for both says nothing about the difference.
All of these are about the sentences; another seed may give something else again.

With a masked language model as the teacher the task is to guess a hidden word among those of the text; all sentences
serve, with one hidden word each to learn from and two to be tested on.

Measured here with the default settings over five seeds: the student agreed with its teacher 8 points more often than
the control that began alike, and was right as often (-0.1 points, 95% interval -0.7 to +0.4). This teacher knows films
alone, and 624 labels already teach as much about these sentences.

The student can be downloaded as a Transformers folder for an hour. *Copy as command* gives the same run for several
processes or GPUs, with Hugging Face Accelerate. Where a GPU is lent for each request (ZeroGPU) a run ends with its page
and cannot be paused.
"""

from playground.demo import Demo
from playground.demos.distillation import ablation, compare
from playground.demos.distillation.schema import Progress, Request, Result

DEMO = Demo(
    name="distillation",
    request=Request,
    result=Result,
    progress=Progress,
    lane="long",
    parts=(ablation.DEMO, compare.DEMO),
)
