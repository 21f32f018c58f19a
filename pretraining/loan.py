"""A short loan of a GPU machine, unattended: a queue of commands that carry little in and out.

At home `pack` lays out what the next command carries. On the rented machine each command is one
`step`: it takes in what came along, keeps the trainer running in a session of its own (so that it
outlives the command where the machine allows, and resumes from its checkpoint where not), waits,
and lays out what goes home: curve, log, report and the weights (one byte each while it trains,
bf16 in parts when it is done). At home `join` makes the model folder of them. README.md has the queue.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MIB = 1 << 20
# Depth 8 is the shape of the design; 131,072 tokens a step; a checkpoint a minute.
TRAINING = ["--depth", "8", "--context", "1024", "--batch", "131072", "--save-every", "60",
            "--log-every", "50", "--calibrate", "45", "--threads", "8"]  # fmt: skip


def tree_bytes() -> int:
    """Size of what travels with every command anyway: the files that git does not ignore."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=HERE.parent, capture_output=True, check=True).stdout
    paths = {HERE.parent / os.fsdecode(name) for name in listed.split(b"\0") if name}
    return sum(p.stat().st_size for p in paths if p.is_file())


def pack(arguments: argparse.Namespace) -> None:
    """Fill the carried folder for command `number`: as many shards as fit, in order, none twice."""
    shards, carry = arguments.shards, arguments.carry
    shutil.rmtree(carry, ignore_errors=True)
    carry.mkdir(parents=True)
    shutil.copy(shards / "tokenizer.json", carry)
    room = arguments.limit * MIB - tree_bytes() - MIB
    if arguments.resume and arguments.number == 1:
        shutil.copy(arguments.resume, carry / "resume.safetensors")
    loads: list[list[dict[str, Any]]] = [[]]
    left = room - (arguments.resume.stat().st_size if arguments.resume else 0)
    for row in json.loads((shards / "shards.json").read_text()):
        if row["bytes"] > left:
            loads.append([])
            left = room
        loads[-1].append(row)
        left -= row["bytes"]
    picked = loads[arguments.number - 1] if arguments.number <= len(loads) else []
    for row in picked:
        shutil.copy(shards / row["name"], carry)
    tokens = sum(row["dialogue"] + row["prose"] for row in picked)
    size = sum(p.stat().st_size for p in carry.iterdir())
    told = f"{len(picked)} shards, {tokens / 1e6:.1f}M tokens, {size / MIB:.1f} MiB"
    print(f"command {arguments.number} of {len(loads)}: {told} beside {tree_bytes() / MIB:.1f} MiB of tree")


def take_in(carry: Path, work: Path) -> None:
    """What came along, onto the local disk; a name appears only when the file is whole."""
    (work / "shards").mkdir(parents=True, exist_ok=True)
    (work / "run").mkdir(exist_ok=True)
    for path in sorted(carry.glob("*")) if carry.exists() else []:
        target = (
            work / ("shards" if path.suffix == ".xz" or path.name == "tokenizer.json" else ".") / path.name
        )
        if not target.exists():
            shutil.copy(path, target.with_suffix(".arriving"))
            target.with_suffix(".arriving").replace(target)


def trainer_pid(work: Path) -> int:
    """The process id of the trainer if it lives, else 0."""
    try:
        pid = int((work / "pid").read_text())
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return 0
    return pid if state != "Z" and b"train.py" in command else 0


def log_of(work: Path) -> str:
    path = work / "run" / "train.log"
    return path.read_text(errors="replace") if path.exists() else ""


def is_done(work: Path) -> bool:
    """Whether the run has come to its end."""
    return "\ndone: " in "\n" + log_of(work)


def start_trainer(work: Path, arguments: argparse.Namespace, failures: int) -> None:
    """Start or resume training in a session of its own. After failures it dares less."""
    until = json.loads((work / "until.json").read_text())
    command = [sys.executable, str(HERE / "train.py")]
    if arguments.gpus > 1:  # "--": torchrun would take --run for one of its own
        ranks = ["--standalone", f"--nproc-per-node={arguments.gpus}", "--"]
        command[1:1] = ["-m", "torch.distributed.run", *ranks]
    command += ["--run", str(work / "run"), "--shards", str(work / "shards")]
    command += ["--deadline", str(until["deadline"]), "--budget", "1e9", *TRAINING, *arguments.training]
    resume = work / "resume.safetensors"
    if resume.exists():
        command += ["--init", str(resume)]
    if failures and "not finite" in log_of(work)[-2000:]:
        command += ["--muon-lr", "3e-3", "--adam-lr", "2e-3", "--calibrate", "0"]
    elif failures:
        command += ["--no-compile", "--micro", "16"]
    with (work / "run" / "train.log").open("a") as log:
        child = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    (work / "pid").write_text(str(child.pid))


def step(arguments: argparse.Namespace) -> int:
    """One command on the rented machine; the exit status says whether training lives or is done."""
    began = time.time()
    work: Path = arguments.work
    arguments.out.mkdir(parents=True, exist_ok=True)
    take_in(arguments.carry, work)
    survived = bool(trainer_pid(work))
    if not (work / "until.json").exists():
        clock = {"began": began, "deadline": began + arguments.budget}
        (work / "until.json").write_text(json.dumps(clock))
    failures, child_seen = 0, False
    while not is_done(work):
        if not trainer_pid(work):
            failures += child_seen
            if failures > 3:
                break
            start_trainer(work, arguments, failures)
            child_seen = True
        if time.time() - began >= arguments.seconds:
            break
        time.sleep(0.5)
        reap()
    if arguments.pause:
        stop(arguments)
    bring_home(work, arguments, {"survived": survived, "failures": failures})
    return 0 if is_done(work) or trainer_pid(work) else 1


def reap() -> None:
    """Let a child that has ended go, so that it does not look alive."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def bring_home(work: Path, arguments: argparse.Namespace, facts: dict[str, Any]) -> None:
    """Lay out what goes home: at most eight files. `facts` stand in the report too."""
    out, run = arguments.out, work / "run"
    for name in ("curve.jsonl", "train.log", "calibrate.json"):
        if (run / name).exists() and (name != "calibrate.json" or not is_done(work)):
            shutil.copy(run / name, out)
    curve = run / "curve.jsonl"
    last = curve.read_text().splitlines()[-1:] if curve.exists() else []
    calibration = run / "calibrate.json"
    report = {
        "done": is_done(work), "alive": bool(trainer_pid(work)), **facts,
        "seconds_left": round(json.loads((work / "until.json").read_text())["deadline"] - time.time()),
        "last": json.loads(last[0]) if last else None,
        "calibration": json.loads(calibration.read_text()) if calibration.exists() else None,
    }  # fmt: skip
    (out / "report.json").write_text(json.dumps(report, indent=1))
    print(json.dumps(report))
    print(log_of(work)[-1500:])
    if is_done(work):
        from weights import split

        split(run / "model" / "model.safetensors", out)
    elif arguments.weights and (run / "checkpoint.pt").exists():
        import torch

        from weights import save_bytes, split

        state = torch.load(run / "checkpoint.pt", map_location="cpu", weights_only=True)
        save_bytes(state["model"], work / "resume.out", {k: state[k] for k in ("seconds", "step", "tokens")})
        (work / "resume.out").replace(work / "resume-home.safetensors")
        split(work / "resume-home.safetensors", out)


def stop(arguments: argparse.Namespace) -> None:
    """Have the trainer write a checkpoint and end; after 30 s it is killed."""
    asked = time.monotonic()
    if pid := trainer_pid(arguments.work):
        os.kill(pid, signal.SIGTERM)
    while pid and trainer_pid(arguments.work) and time.monotonic() < asked + 30:
        reap()
        time.sleep(0.2)
    if pid and trainer_pid(arguments.work):
        os.kill(pid, signal.SIGKILL)


def join(arguments: argparse.Namespace) -> None:
    """What came home -> a run folder: `model/` if it was done, else `resume.safetensors` to pack."""
    import torch

    from shape import config
    from weights import join as join_parts
    from weights import load_weights, save_folder

    out: Path = arguments.run
    out.mkdir(parents=True, exist_ok=True)
    for name in ("curve.jsonl", "train.log"):
        if (arguments.home / name).exists():
            shutil.copy(arguments.home / name, out)
    final = arguments.home / "model.safetensors.json"
    if not final.exists():
        path = join_parts(arguments.home / "resume-home.safetensors.json", out)
        print(f"not done yet: {path.replace(out / 'resume.safetensors')} continues it (pack --resume)")
        return
    weights, _ = load_weights(join_parts(final, out))
    width = weights["model.norm.weight"].numel()
    depth = 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("model.layers."))
    shape = config(depth, arguments.context)
    if shape["hidden_size"] != width or not all(torch.isfinite(v).all() for v in weights.values()):
        raise SystemExit("these weights are not whole")
    save_folder(weights, shape, arguments.shards / "tokenizer.json", out / "model")
    (out / "model.safetensors").unlink()
    print(f"{out / 'model'}: {sum(v.numel() for v in weights.values()) / 1e6:.1f}M parameters")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    loan = Path("pretraining/loan")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("pack", help="at home: fill the carried folder for one command")
    verb.add_argument("--number", type=int, default=1, help="which command, from 1")
    verb.add_argument("--limit", type=float, default=64, help="MiB that may travel, the tree included")
    verb.add_argument("--resume", type=Path, help="weights to continue from on a fresh machine")
    verb = verbs.add_parser("step", help="on the machine: one command")
    verb.add_argument("--seconds", type=float, default=540, help="how long this command waits")
    verb.add_argument("--budget", type=float, default=1500, help="seconds from the first step to the end")
    verb.add_argument("--gpus", type=int, default=1)
    verb.add_argument("--out", type=Path, required=True, help="what is put here goes home")
    verb.add_argument("--weights", action=argparse.BooleanOptionalAction, default=True,
                      help="bring half-way weights home, against the loss of the machine")  # fmt: skip
    verb.add_argument("--pause", action="store_true",
                      help="end the trainer too, where processes do not outlive a command")  # fmt: skip
    verb.add_argument("training", nargs="*", help="further options of train.py, after --")
    verbs.add_parser("stop", help="on the machine: end the trainer")
    verb = verbs.add_parser("join", help="at home: parts -> model folder")
    verb.add_argument("--home", type=Path, required=True, help="where the files of the last command lie")
    verb.add_argument("--run", type=Path, default=Path("pretraining/runs/gpu"))
    verb.add_argument("--context", type=int, default=1024)
    for name in ("pack", "step", "stop", "join"):
        verbs.choices[name].add_argument("--shards", type=Path, default=loan / "shards")
        verbs.choices[name].add_argument("--carry", type=Path, default=loan / "carry")
        verbs.choices[name].add_argument("--work", type=Path, default=Path("/tmp/afterself-loan"))
    arguments = parser.parse_args()
    verb_of = {"pack": pack, "step": step, "stop": stop, "join": join}
    return verb_of[arguments.verb](arguments) or 0


if __name__ == "__main__":
    sys.exit(main())
