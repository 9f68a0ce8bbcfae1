"""**Is bigger better?** Scores and sizes as the papers print them; nothing here is measured. Sizes are drawn in powers
of ten, since each step up in a paper multiplies rather than adds.

1. Choose a board. LAMBADA asks for the last word of a passage that needs its whole context, answered without examples;
   the others are the ALBERT paper's own comparison.
2. Point at a mark for its model, size and score; the source stands below.
3. The panel says where lecture notes on this topic tend to go wrong, each entry with its source.

**What to see.** GPT-2 and GPT-3 lie on one curve, which flattens: from 125M to 1.3B parameters GPT-3 gains 21 points,
to 13B 9 more, and to 175B 4 more. ALBERT shows that parameters are not all: sharing its layers, xxlarge is ahead of
BERT-large with 235M against 334M parameters, yet it computes several times as much, for its layers are four times as
wide.
"""

from playground.demo import Demo
from playground.demos.attention.published.schema import Request, Result

DEMO = Demo(name="attention_published", request=Request, result=Result, folder="attention.published")
