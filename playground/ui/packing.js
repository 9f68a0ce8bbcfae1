function pgUnpack({ config, api, usual, often }) {
	// A copy each time: the page changes what it is given.
	function whole(part) {
		if (Array.isArray(part)) return part.map(whole);
		if (part === null || typeof part !== "object") return part;
		if (typeof part.$ === "number") return whole(often[part.$]);
		if (part["~"]) return `__i18n__{"__type__": "translation_metadata", "key": "${part["~"]}"}`;
		return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, whole(value)]));
	}
	function made(differing, kind, number) {
		const { "-": missing = [], ...thing } = { ...whole(usual[kind][number]), ...differing };
		missing.forEach((key) => delete thing[key]);
		return thing;
	}
	config = whole(config);
	config.components = config.components.map(([kind, body, props]) => ({
		...made(body, kind, 0),
		props: made(props, kind, 1),
	}));
	config.dependencies = config.dependencies.map((event) => made(event, "", 0));
	return { config, api: whole(api) };
}
