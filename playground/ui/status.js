const line = element.querySelector(".pg-status");

function draw(first = false) {
	const { of, opening, text } = JSON.parse(props.value);
	// On opening the page its experiment may not stand there yet.
	if (!first && !opening && !pgLookedAt(of)) return;
	line.textContent = text;
	line.dataset.of = of;
}

watch("value", () => draw());
draw(true);
