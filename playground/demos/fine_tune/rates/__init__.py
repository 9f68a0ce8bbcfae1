"""**Which learning rate, which batch size?** BERT was fine-tuned with batches of 16 or 32 and rates of 5e-5, 3e-5 or
2e-5 (Devlin et al. 2019, appendix A.3; 4e-5 as well for GLUE, section 4.1), GPT-1 with 6.25e-5 and batches of 32
(Radford et al. 2018, section 4.1). Why not 100 times as much, or one sentence at a time?

Every run here begins with the same pre-trained encoder and the same new head, and reads exactly the same sentences
once, so that all of them have seen the same number of tokens. What differs is how many sentences make up a step, and
how far a step goes. The rate is constant, with no warm-up and no decay, so that it alone is seen.

1. Choose learning rates and batch sizes, and press *Start*.
2. A panel is a batch size, a colour a learning rate. Each dot is the loss of one step on sentences that it had not seen
   before, against the tokens that were read; where there are more than 300 steps, it is the mean of a few.
3. The table says what came of it: accuracy on held-out sentences, and how much the loss jumps from one step to the
   next.

**Large batches are steadier:** the loss of a step is a mean over its sentences, and the spread of a mean falls with the
square root of their number. They also make fewer steps of the same tokens, so at the same rate they come less far; that
is why larger batches take larger rates. (A run whose loss stays at that of guessing gives every sentence the same
answer: it does not jump, since it knows nothing.)

**What breaks:** far too small a rate learns nothing in so few tokens. Too large a rate destroys what pre-training has
left: the loss leaps up and stays at that of guessing, ln 2 = 0.69 for two classes. Where a batch is small and steps
are many, the papers' rates do well here; where it is large and steps are few, they have hardly begun, and a larger
rate comes further.

Each cell of the table is one run of one seed, with the 95% interval that its held-out sentences leave. To take the best
of many runs is to choose on the sentences that judge: its number is too good, and a rate chosen like this must be
judged by others.
"""

from playground.demo import Demo
from playground.demos.fine_tune.rates.schema import Progress, Request, Result

DEMO = Demo(
    name="fine_tune_rates",
    request=Request,
    result=Result,
    progress=Progress,
    lane="long",
    folder="fine_tune.rates",
)
