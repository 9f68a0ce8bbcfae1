"""**Is bigger better?** Scores and sizes as the papers print them; nothing here is measured. Sizes are drawn in powers
of ten, since each step up in a paper multiplies rather than adds.

1. Choose a board. LAMBADA asks for the last word of a passage that needs its whole context, answered without examples;
   the others are the ALBERT paper's own comparison.
2. Point at a mark for its model, size and score; the source stands below.
3. The panel says where lecture notes on this topic tend to go wrong, each entry with its source.

**What to see.** GPT-3's curve flattens: from 125M to 1.3B parameters it gains 21 points, to 13B 9 more, and to 175B 4
more. GPT-2's seems to be the same curve, but is not the same measure: its 63.24% come with a filter that bars stop
words as answers, and are 52.66% without (section 3.3 of its paper); GPT-3's zero-shot numbers have none.

ALBERT shows that parameters are not all: sharing its layers, xxlarge is ahead of BERT-large with 235M against 334M
parameters, yet it computes several times as much, for its layers are four times as wide.
"""

from playground.demo import Demo
from playground.demos.attention.published.schema import Request, Result

DEMO = Demo(name="attention_published", request=Request, result=Result, folder="attention.published")
