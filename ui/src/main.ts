import { mount } from "svelte";
import "./style.css";
import App from "./views/App.svelte";
import { desk } from "./views/desk.svelte";
import { expected } from "./views/entered";
import { mapParts } from "./views/mapparts";
import { preferences } from "./views/preferences.svelte";
import { router } from "./views/router.svelte";

// What the node holds is on its way while the words are.
void desk.begin();
// So is the map: most of the watch's script.
if (expected() && router.path === "/") void mapParts().catch(() => undefined);
// No screen before its words.
void preferences.speak(preferences.language).then(() => mount(App, { target: document.body }));
