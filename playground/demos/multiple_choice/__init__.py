"""**Which ending fits?** BERT chooses among options by packing each of them with the passage: `[CLS]` passage and
question `[SEP]` option `[SEP]`. Over `[CLS]` each packing gets one number, and the softmax over these numbers says how
likely each option is.

1. Type a passage, perhaps a question, and two to eight options, one a line.
2. The bars are the options' probabilities; below stands what the model read for each.

A head that was trained to choose (as on SWAG or RACE) is a linear layer over `[CLS]`. Where a model has none, the
options are ranked by its **next sentence** head: how much more it takes the option for the continuation than for a
stranger. That head was never trained to choose, and a line beside the bars says so.
"""

from playground.demo import Demo
from playground.demos.multiple_choice.schema import Request, Result

DEMO = Demo(name="multiple_choice", request=Request, result=Result)
