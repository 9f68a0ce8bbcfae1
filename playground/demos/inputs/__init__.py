"""**How does a text become tokens?** A model reads no letters: a *tokenizer* cuts the text into pieces of a fixed
vocabulary, and each piece is a number, the row of a table.

1. Type a text, or two (an English sentence and its Korean translation, say).
2. Below the characters stand the pieces that came from them, with their numbers. A framed stretch was cut into
   several.
3. The bars count the pieces of the same texts by each tokenizer on this machine, beside words, characters and the
   bytes of UTF-8. Choose a model from the Hub, and its tokenizer joins them.

**WordPiece** (BERT, ELECTRA): the longest piece of the vocabulary that fits comes first; `##` goes on with a word.
What cannot be spelled is `[UNK]`, and its letters are lost. **Byte-level BPE** (GPT-2, RoBERTa): begins with 256 bytes
and joins the pair that is most frequent, 50,000 times in GPT-2, so nothing is ever unknown; merges never cross kinds
of characters, which keeps `dog.` and `dog!` from being words of their own. A space is the exception: it may join the
word behind it, hence all the `␣dog`. That saves tokens and adds "only minimal fragmentation of words" (Radford et
al. 2019, section 2.2). **SentencePiece** (`albert/albert-base-v2` on the Hub): pieces of raw text, a space among them,
shown as `␣`; `albert-mini` here has `bert-mini`'s WordPiece.

**Who fragments what?** Vocabularies are learned from texts. One learned from English spells Korean letter by letter:
`bert-mini` takes syllables apart into jamo, and byte-level tokenizers of English begin with three bytes a syllable.
The same sentence then costs several times as many tokens of a limited input.
"""

from playground.demo import Demo
from playground.demos.inputs import embeddings, residual, tasks
from playground.demos.inputs.schema import Request, Result

DEMO = Demo(name="inputs", request=Request, result=Result, parts=(embeddings.DEMO, tasks.DEMO, residual.DEMO))
