"""**From both sides, or from the left?** BERT and GPT are the same blocks with another mask. In BERT every token sees
every other; in GPT it sees itself and what stands before it.

1. Type a sentence and click a word: it is taken out.
2. The upper bars are the masked language model's words for the blank, read from both sides; the lower ones GPT's,
   which sees only what is left of it. Orange is the word that stood there.
3. The two masks are read off the models' own attention: a filled field where a row's token sees a column's.

Seeing both sides helps where the answer lies behind the blank, and costs something, too: BERT cannot simply go on
writing, and learns from 15% of the tokens only. GPT learns from every token, and can write.

A GPT's probability is that of the whole word, piece by piece; a masked model's is given for words of one piece, since
each further `[MASK]` would tell it how long the word is.

**The table** puts the papers' numbers side by side. "BERT against GPT" is GPT-1: same size, same kind of data. Devlin
et al. 2019 (section 3) gave BERT base GPT-1's sizes for just this comparison.
"""

from playground.demo import Demo
from playground.demos.attention.sides.schema import Request, Result

DEMO = Demo(name="attention_sides", request=Request, result=Result, folder="attention.sides")
