import { mount } from "svelte";
import "./style.css";
import App from "./views/App.svelte";
import { preferences } from "./views/preferences.svelte";

// No screen before its words.
void preferences.speak(preferences.language).then(() => mount(App, { target: document.body }));
