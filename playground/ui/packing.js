function pgUnpack({ config, usual, forms, labels, often }) {
	// A copy each time: the page changes what it is given.
	function whole(part) {
		if (Array.isArray(part)) return part.map(whole);
		if (typeof part === "string") return text(part);
		if (part === null || typeof part !== "object") return part;
		return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, whole(value)]));
	}
	function text(part) {
		const rest = part.slice(1);
		if (part[0] === "$") return whole(often[rest]);
		if (part[0] === "~") return `__i18n__{"__type__": "translation_metadata", "key": "${labels[rest][0]}"}`;
		return part[0] === "=" ? rest : part;
	}
	function made([form, ...values]) {
		const [kind, keys, missing] = forms[form];
		const thing = whole(usual[kind]);
		keys.forEach((key, place) => (thing[key] = values[place]));
		missing.forEach((key) => delete thing[key]);
		return thing;
	}
	function component(settings) {
		const thing = { props: {} };
		for (const [key, value] of Object.entries(settings)) {
			if (key[0] === ".") thing.props[key.slice(1)] = value;
			else thing[key] = value;
		}
		return thing;
	}
	function counted(things) {
		let last = 0;
		for (const thing of things) last = thing.id += last;
		return things;
	}
	function tree(node) {
		return Array.isArray(node) ? { id: node[0], children: node.slice(1).map(tree) } : { id: node };
	}
	function texts(place) {
		const said = labels.filter((row) => row[place] != null);
		return Object.fromEntries(said.map((row) => [row[0], row[place]]));
	}
	labels = whole(labels);
	[forms, config] = [whole(forms), whole(config)];
	config.components = counted(config.components.map((packed) => component(made(packed))));
	config.dependencies = counted(config.dependencies.map(made));
	config.layout = tree(config.layout);
	for (const page of Object.values(config.page)) {
		page.layout = tree(page.layout);
		page.components ??= config.components.map(({ id }) => id);
		page.dependencies ??= config.dependencies.map(({ id }) => id);
	}
	if (Array.isArray(config.i18n_translations)) {
		const languages = config.i18n_translations.map((language, place) => [language, texts(place + 1)]);
		config.i18n_translations = Object.fromEntries(languages);
	}
	return config;
}
