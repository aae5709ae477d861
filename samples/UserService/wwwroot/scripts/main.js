import { editUser, newUser } from "./editor.js";
import { find } from "./dom.js";
import { openImporter } from "./importer.js";
import { startList } from "./list.js";
import { removeUser } from "./removal.js";
import { showStorage } from "./storage.js";

find("#new").addEventListener("click", () => newUser());
find("#import").addEventListener("click", openImporter);
showStorage();
startList({ edit: editUser, delete: removeUser, create: newUser });
