// A file system of one folder, read by HTTP from where this extension is served.
const { EventEmitter, FileSystemError, FileType, Uri, workspace } = require("vscode");

exports.activate = (context) => {
  const at = (path) => Uri.joinPath(context.extensionUri, "..", "mails", path).toString(true);
  const get = async (path) => {
    const answer = await fetch(at(path));
    if (!answer.ok) throw FileSystemError.FileNotFound(path);
    return new Uint8Array(await answer.arrayBuffer());
  };
  const names = async () => JSON.parse(new TextDecoder().decode(await get("list.json")));
  const changed = new EventEmitter();
  const deny = () => {
    throw FileSystemError.NoPermissions();
  };
  context.subscriptions.push(
    workspace.registerFileSystemProvider(
      "mails",
      {
        onDidChangeFile: changed.event,
        watch: () => ({ dispose() {} }),
        stat: async ({ path }) => {
          if (path === "/") return { type: FileType.Directory, ctime: 0, mtime: 0, size: 0 };
          if (!(await names()).includes(path.slice(1))) throw FileSystemError.FileNotFound(path);
          return { type: FileType.File, ctime: 0, mtime: 0, size: (await get(path)).length };
        },
        readDirectory: async () => (await names()).map((n) => [n, FileType.File]),
        readFile: ({ path }) => get(path),
        createDirectory: deny,
        writeFile: deny,
        delete: deny,
        rename: deny,
      },
      { isCaseSensitive: true, isReadonly: true },
    ),
  );
};
