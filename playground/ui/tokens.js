const strip = element.querySelector(".pg-tokens");

function draw() {
	const tokens = JSON.parse(props.value || "[]");
	const focused = [...strip.children].indexOf(document.activeElement);
	// Buttons are reused, so that the keyboard's place in the row survives an update.
	while (strip.children.length > tokens.length) strip.lastChild.remove();
	tokens.forEach((token, index) => {
		let button = strip.children[index];
		if (!button) {
			button = document.createElement("button");
			button.type = "button";
			button.addEventListener("click", () => trigger("select", { index, value: button.textContent }));
			strip.append(button);
		}
		button.textContent = token.text; // never innerHTML: the text is the visitor's
		button.className = "pg-token" + (token.state ? " pg-" + token.state : "");
		button.title = token.title ?? "";
		button.disabled = Boolean(token.fixed);
		if (token.fixed) button.removeAttribute("aria-pressed");
		else button.setAttribute("aria-pressed", String(Boolean(token.pressed)));
	});
	if (focused >= 0 && strip.children[focused]) strip.children[focused].focus();
}

watch("value", draw);
draw();
