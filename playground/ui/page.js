const OURS = ["tab", "v", "run"];

// An answer that comes when another experiment is looked at must not speak in its name.
window.pgLookedAt = (name) => Boolean(document.getElementById(`${name}-copy`)?.offsetParent);

function address(parameters) {
	const url = new URL(location.href);
	OURS.forEach((name) => url.searchParams.delete(name));
	Object.entries(parameters).forEach(([name, value]) => url.searchParams.set(name, value));
	history.replaceState(null, "", url);
}

function act(action) {
	if (action.do === "address") {
		const { tab } = action.parameters;
		if (!tab || pgLookedAt(tab)) address(action.parameters);
	} else if (action.do === "download") {
		const link = document.createElement("a");
		link.href = URL.createObjectURL(new Blob([action.text], { type: "application/json" }));
		link.download = action.name;
		link.click();
		setTimeout(() => URL.revokeObjectURL(link.href), 10000);
	} else if (action.do === "copy") {
		// What was asked last stands in the address already, answered or not.
		if (!new URL(location.href).searchParams.has("run")) address(action.parameters);
		// The clipboard needs https or localhost; elsewhere the link is shown to be copied by hand.
		const url = location.href;
		const shown = () => window.prompt("", url);
		navigator.clipboard ? navigator.clipboard.writeText(url).catch(shown) : shown();
	}
}

watch("value", () => props.value && act(JSON.parse(props.value)));

// Gradio's settings switch the language in place, but the labels of another language come with another page.
const language = document.documentElement.lang;
const observer = new MutationObserver(() => {
	const { lang } = document.documentElement;
	if (!element.isConnected) observer.disconnect();
	else if (lang !== language && lang !== new URLSearchParams(location.search).get("lang")) pgLanguage(lang);
});
observer.observe(document.documentElement, { attributes: true, attributeFilter: ["lang"] });
