"""**How did GPT-1 read a task?** GPT-1 (Radford et al. 2018) was the first to fine-tune one pre-trained Transformer
for many tasks without building a new network for each: every task is written as one sequence, and only a linear layer
is added.

1. Choose a task and change its texts. Above stand GPT-1's sequences, below BERT's for the same task.
2. The orange token is the one whose last state goes into the linear layer: `[Extract]` at the *end* in GPT-1, since
   only the last token has seen all others; `[CLS]` at the *beginning* in BERT, which sees both sides.
3. The diagram shows GPT-1's 12 blocks (width 768, 12 heads) and its two outputs.

**Similarity, both orders.** Which of two texts comes first means nothing, but a model that reads from left to right
treats them differently; so GPT-1 reads both orders and *adds* the two states of `[Extract]` before the linear layer.
**Multiple choice:** one sequence an answer, one number each, and a softmax over the numbers.

`[Start]`, `[Delim]` and `[Extract]` are new tokens, learned in fine-tuning only. While it is fine-tuned, GPT-1 goes on
predicting the next token (the left output): the loss is that of the task plus λ times that of language modelling, with
λ = 0.5 (section 4.1). BERT knows `[CLS]`, `[SEP]` and segments from pre-training on.
"""

from playground.demo import Demo
from playground.demos.inputs.tasks.schema import Request, Result

DEMO = Demo(name="inputs_tasks", request=Request, result=Result, folder="inputs.tasks")
