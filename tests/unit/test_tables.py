from playground.ui.tables import small, table


def test_a_table_has_heads_rows_and_a_foot_and_escapes_all_of_them() -> None:
    drawn = table(("<b>", "n"), [("<i>&", "1"), ("x", "2")], numbers=(1,), foot=("sum", "3"))
    assert drawn.count("<tr>") == 4
    assert "<th>&lt;b&gt;</th><th class=n>n</th>" in drawn
    assert "<td>&lt;i&gt;&amp;</td><td class=n>1</td>" in drawn
    assert drawn.endswith("<tr><th>sum</th><th class=n>3</th></tr></table></div>")
    assert table((), [("a",)]).count("<tr>") == 1


def test_small_print_leaves_out_what_is_empty() -> None:
    assert small("a < b", "", "c") == "<p class='pg-small'>a &lt; b</p><p class='pg-small'>c</p>"
    assert small("") == ""
