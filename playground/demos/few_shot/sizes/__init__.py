"""**Does size help?** The curve of "Do examples help?" for several models in one figure, as in figure 1.2 of the
GPT-3 paper (Brown et al. 2020): accuracy against the number of examples, a line a model.

1. Choose a task and up to four models, and press Start. All are asked the same queries after the same examples.
2. In the paper, larger models do not only start higher: they gain *more* from the examples. Do the ones you chose?

Models marked ⤓ come from the Hugging Face Hub. gpt2, gpt2-medium, -large and -xl share text (WebText) and tokenizer, so
that little but their size differs. distilgpt2 has the tokenizer, too, but was distilled from gpt2 on OpenWebText, an
imitation of that text: it is no smaller model trained in the same way. gpt-mini is much smaller, but was trained on
examples in just these patterns.

**GPT-3's eight sizes** stand below as printed (Table 2.1), beside what layers, width and vocabulary give: 50,257
tokens, 2,048 positions, a feed-forward network four times as wide as the model. In two rows heads times head width is
not the model's width: 24 · 128 = 3,072 for XL (2,048) and 40 · 128 = 5,120 for 13B (5,140). The last column counts
attention as wide as the heads say: for XL the printed number fits the other reading.
"""

from playground.demo import Demo
from playground.demos.few_shot.sizes.schema import Progress, Request, Result

DEMO = Demo(
    name="few_shot_sizes",
    request=Request,
    result=Result,
    progress=Progress,
    lane="long",
    folder="few_shot.sizes",
)
