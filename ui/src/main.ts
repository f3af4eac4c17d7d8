import { mount } from "svelte";
import "./style.css";
import App from "./views/App.svelte";
import { desk } from "./views/desk.svelte";
import { preferences } from "./views/preferences.svelte";

// What the node holds is on its way while the words are.
void desk.begin();
// No screen before its words.
void preferences.speak(preferences.language).then(() => mount(App, { target: document.body }));
