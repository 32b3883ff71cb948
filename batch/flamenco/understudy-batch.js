// SPDX-License-Identifier: GPL-3.0-or-later
//
// Flamenco job type: a batch frozen by `understudy batch JOB.toml --openjd FOLDER`.
// Put this file into the Manager's `scripts` folder, then send FOLDER/flamenco.json to it:
//   curl -X POST -H "Content-Type: application/json" --data @FOLDER/flamenco.json http://MANAGER:8080/api/v3/jobs

const JOB_TYPE = {
    label: "Understudy Batch",
    settings: [
        { key: "plan", type: "string", subtype: "file_path", required: true,
            description: "The frozen job plan.json, in a folder that all workers see." },
        { key: "understudy", type: "string", default: "understudy",
            description: "The command on the workers; a two-way variable such as {understudy} works as well." },
        { key: "clips", type: "int32", required: true, description: "How many clips the plan holds." },
        { key: "shots", type: "string", required: true,
            description: "For each shot its clip and its number of render tasks, such as 0:2,0:2,1:4." },
        { key: "loose", type: "string", default: "",
            description: "Clips that are on no rig, such as 3,7." },
    ],
};

function compileJob(job) {
    const settings = job.settings;
    const captures = [];
    for (let clip = 0; clip < settings.clips; clip++) {
        captures.push(addTask(job, `capture-${clip}`, "misc", ["capture", `${clip}`], []));
    }
    const finishes = [];
    const shots = settings.shots ? settings.shots.split(",") : [];
    shots.forEach((text, shot) => {
        const [clip, chunks] = text.split(":").map(Number);
        // Each shot waits for its own clip alone, so that the first ones are whole early.
        const apply = addTask(job, `apply-${shot}`, "blender", ["apply", `${shot}`], [captures[clip]]);
        const before = [];
        for (let chunk = 0; chunk < chunks; chunk++) {
            const words = ["render", `${shot}`, "--chunk", `${chunk}`];
            before.push(addTask(job, `render-${shot}-${chunk}`, "blender", words, [apply]));
        }
        const needed = before.length ? before : [apply];
        finishes.push(addTask(job, `finish-${shot}`, "misc", ["finish", `${shot}`], needed));
    });
    const loose = settings.loose ? settings.loose.split(",").map(Number) : [];
    loose.forEach((clip, place) => {
        const index = `${shots.length + place}`;
        finishes.push(addTask(job, `finish-${index}`, "misc", ["finish", index], [captures[clip]]));
    });
    addTask(job, "report", "misc", ["report", "0"], finishes);
}

function addTask(job, name, type, words, needed) {
    const task = author.Task(name, type);
    const args = ["batch", job.settings.plan, "--task"].concat(words);
    task.addCommand(author.Command("exec", { exe: job.settings.understudy, args: args }));
    needed.forEach(other => task.addDependency(other));
    job.addTask(task);
    return task;
}
