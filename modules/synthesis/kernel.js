// Runs jsii's kernel in this process. jsii's own entry point runs it in a second one, with the messages on descriptor 3,
// and copies every message from pipe to pipe. Here descriptor 3 is 0 for reading and 1 for writing, and what JavaScript
// prints goes to descriptor 2, wrapped as jsii wraps it.
const fs = require("fs");
const { Writable } = require("stream");

const { readSync, writeSync } = fs;
fs.readSync = (fd, ...rest) => readSync(fd === 3 ? 0 : fd, ...rest);
fs.writeSync = (fd, ...rest) => writeSync(fd === 3 ? 1 : fd, ...rest);

for (const name of ["stdout", "stderr"]) {
  const write = (chunk, _, done) => {
    writeSync(2, JSON.stringify({ [name]: chunk.toString("base64") }) + "\n");
    done();
  };
  Object.defineProperty(process, name, { value: new Writable({ write }) });
}

process.on("SIGINT", () => {}); // Python ends this process
require("./program.js");
