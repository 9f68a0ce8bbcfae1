"""**Take it home.** Fine-tune an encoder once, on all the labels you like, and keep what came of it.

1. Choose an encoder and the number of labels, type a sentence of your own, and press *Start*. The loss of each step is
   drawn as it learns (of more than 1,000 steps, the means of a few).
2. At the end: its accuracy on held-out sentences with a 95% interval (Wilson), which labels it takes for which, and
   what it says of your sentence.
3. *Download* gives a folder as a zip file: `config.json`, `model.safetensors`, the tokenizer and a card. In Python

       from transformers import pipeline
       pipeline("text-classification", "FOLDER")("What a lovely day")

   reads it, without this app. Put into `PLAYGROUND_MODELS` it is offered here, too.
4. *As a teacher:* the name `trained/…` stands for your model as long as it is kept, one hour. Wherever a classifier is
   asked for by its name, in the tab on distillation or over the API, it may be given.

The head is new: a linear layer over `[CLS]` (in BERT behind the pooler, in ELECTRA with a hidden layer of its own). It
gets the larger of the two learning rates, since it begins at random and everything else does not.

What you bring stays on this machine, and the model is deleted after an hour. A model that has learned sentences may
give some of them away: do not share one that was trained on secrets.
"""

from playground.demo import Demo
from playground.demos.fine_tune.keep.schema import Progress, Request, Result

DEMO = Demo(
    name="fine_tune_keep",
    request=Request,
    result=Result,
    progress=Progress,
    lane="long",
    folder="fine_tune.keep",
)
