import { mount } from "svelte";
import "../src/style.css";
import FieldApp from "../src/views/field/FieldApp.svelte";
import { preferences } from "../src/views/preferences.svelte";

// No screen before its words, all of them: without a link there are no later ones.
void preferences.whole();
void preferences.speak(preferences.language).then(() => mount(FieldApp, { target: document.body }));
