// What JupyterLab has no setting for: an extension without a build. JupyterLab loads this file and asks
// `_JUPYTERLAB.downhill` for its plugin (JupyterLab's documentation, "Extension Developer Guide", prebuilt extensions).
//
// - Run All leaves the reader where they are. JupyterLab selects the last cell and scrolls there.
// - What a folded cell of a solution shows is folded with its code, and stays so when it runs. JupyterLab unfolds the
//   output of each cell that it runs. The output of code that the reader has unfolded stays open.
(() => {
  // Run without scrolling, and leave that cell active which was.
  function stay(actions, name) {
    const run = actions[name];
    actions[name] = (notebook, ...others) => {
      const { activeCellIndex } = notebook;
      notebook.scrollToItem = async () => {};
      try {
        return run(notebook, ...others);
      } finally {
        delete notebook.scrollToItem; // the class's own is seen again
        notebook.activeCellIndex = activeCellIndex;
      }
    };
  }

  // A text that ends with the solution of an exercise, to which the code below it belongs.
  function endsWithSolution(text) {
    const last = [...text.matchAll(/^(`{3,}|:{3,})\{(\S+)\}/gm)].filter(([, fence]) => text.trimEnd().endsWith(`\n${fence}`));
    return last.at(-1)?.[2] === "solution";
  }

  // Whether a cell's output goes with its folded code: by its tag, or in a solution.
  function isFolded(notebook, cell) {
    if (cell.model.type !== "code" || !cell.inputHidden) return false;
    const above = notebook.widgets.slice(0, notebook.widgets.indexOf(cell)).map(({ model }) => model);
    const text = above.findLast(({ type }) => type === "markdown")?.sharedModel.getSource() ?? "";
    return cell.model.getMetadata("tags")?.includes("hide-cell") || endsWithSolution(text);
  }

  function fold(notebook, cell) {
    if (isFolded(notebook, cell) && cell.model.outputs.length > 0) cell.outputHidden = true;
  }

  function activate(actions, tracker) {
    for (const name of ["runAll", "runAllBelow"]) stay(actions, name);
    actions.executed.connect((_, { notebook, cell, success }) => success && fold(notebook, cell));
    tracker.widgetAdded.connect(async (_, { content, revealed }) => {
      await revealed;
      for (const cell of content.widgets) fold(content, cell);
    });
  }

  let shared;
  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB.downhill = {
    init(modules) {
      shared = modules;
    },
    async get() {
      const [version] = Object.values(shared["@jupyterlab/notebook"]);
      const { INotebookTracker, NotebookActions } = (await version.get())();
      const plugin = {
        id: "downhill:lab",
        description: "Run All stays where the reader is; what solutions show is folded with their code.",
        autoStart: true,
        requires: [INotebookTracker],
        activate: (_, tracker) => activate(NotebookActions, tracker),
      };
      return () => ({ __esModule: true, default: plugin });
    },
  };
})();
