/** The calls of the response, on the desk's own client. */

import { ResponseClient } from "../../../api/response";
import { desk } from "../../desk.svelte";

export const responses = new ResponseClient(desk.client);
