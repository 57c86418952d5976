#!/usr/bin/env python3
"""Writes tests/data/optim_golden.json: what PyTorch's optimisers and schedules do, for tests/optim.

Needs PyTorch 1.13. Gradients are simple formulas that the tests compute alike (see `gradient`), so that a difference is
the optimiser's.
"""
import json
import math
import pathlib
import warnings

import torch
from torch import optim
from torch.optim import lr_scheduler as sched
from torch.optim import swa_utils

OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "data" / "optim_golden.json"
STEPS = 200
CHECKPOINTS = (1, 2, 3, 5, 10, 20, 50, 100, 150, 200)
RESUME = 100  # the step whose state_dict is kept


def start(n, dtype):
    return ((torch.arange(n) * 5 % 7 - 3) / 2).to(dtype)


def gradient(p, step):
    """slope * (p - goal) + noise, element by element; all constants are exact in float32."""
    i = torch.arange(p.numel())
    slope, goal = ((1 + i % 3) / 4).to(p.dtype), ((i % 5 - 2) / 2).to(p.dtype)
    noise = (((step * 7 + i * 13) % 11 - 5) / 8).to(p.dtype)
    return (slope * (p.detach().flatten() - goal) + noise).view_as(p)


# name: (class, arguments). Arguments of one form only: lr and numbers, bools, pairs.
OPTIMIZERS = {
    "SGD": ("SGD", {"lr": 0.05}),
    "SGD_momentum": ("SGD", {"lr": 0.05, "momentum": 0.9, "dampening": 0.25, "weight_decay": 0.125}),
    "SGD_nesterov": ("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    "SGD_maximize": ("SGD", {"lr": 0.001, "momentum": 0.5, "maximize": True}),
    "SGD_maximize_decay": ("SGD", {"lr": 0.001, "momentum": 0.5, "nesterov": True, "maximize": True,
                                   "weight_decay": 0.25}),
}
COMMON = {"lr": 0.02, "weight_decay": 0.1, "eps": 1e-5}
for name in ("Adam", "AdamW"):
    OPTIMIZERS |= {
        name: (name, {}),
        f"{name}_options": (name, {**COMMON, "betas": (0.8, 0.95)}),
        f"{name}_amsgrad": (name, {"lr": 0.02, "amsgrad": True}),
        f"{name}_maximize": (name, {"lr": 0.02, "maximize": True, "weight_decay": 0.25}),
        f"{name}_amsgrad_maximize": (name, {"lr": 0.02, "amsgrad": True, "maximize": True, "weight_decay": 0.25}),
    }
for name in ("Adamax", "NAdam", "RAdam"):
    OPTIMIZERS |= {
        name: (name, {}),
        f"{name}_options": (name, {**COMMON, "betas": (0.8, 0.95)}),
    }
OPTIMIZERS |= {
    "Adamax_maximize": ("Adamax", {"maximize": True}),
    "Adamax_maximize_decay": ("Adamax", {"maximize": True, "weight_decay": 0.5}),
    "NAdam_decay": ("NAdam", {"momentum_decay": 0.02, "lr": 0.05}),
    "Adagrad": ("Adagrad", {}),
    "Adagrad_options": ("Adagrad", {**COMMON, "lr_decay": 0.01, "initial_accumulator_value": 0.5}),
    "Adagrad_maximize": ("Adagrad", {"maximize": True}),
    "Adagrad_maximize_decay": ("Adagrad", {"maximize": True, "weight_decay": 0.5}),
    "Adadelta": ("Adadelta", {}),
    "Adadelta_options": ("Adadelta", {**COMMON, "rho": 0.8}),
    "Adadelta_maximize": ("Adadelta", {"maximize": True}),
    "Adadelta_maximize_decay": ("Adadelta", {"maximize": True, "weight_decay": 0.5}),
    "RMSprop": ("RMSprop", {}),
    "RMSprop_options": ("RMSprop", {**COMMON, "alpha": 0.9}),
    "RMSprop_centered": ("RMSprop", {"centered": True, "eps": 1e-3}),
    "RMSprop_momentum": ("RMSprop", {"lr": 0.001, "momentum": 0.9}),
    "RMSprop_all": ("RMSprop", {"lr": 0.001, "momentum": 0.9, "centered": True, "eps": 1e-3, "weight_decay": 0.1}),
    "RMSprop_maximize": ("RMSprop", {"maximize": True}),
    "RMSprop_maximize_decay": ("RMSprop", {"lr": 0.001, "momentum": 0.5, "centered": True, "eps": 1e-3,
                                           "maximize": True, "weight_decay": 0.5}),
    "Rprop": ("Rprop", {}),
    "Rprop_options": ("Rprop", {"lr": 0.02, "etas": (0.25, 1.5), "step_sizes": (1e-4, 0.5)}),
    "Rprop_maximize": ("Rprop", {"maximize": True, "step_sizes": (1e-6, 0.5)}),
    "ASGD": ("ASGD", {}),
    "ASGD_options": ("ASGD", {"lr": 0.05, "lambd": 0.01, "alpha": 0.5, "t0": 50.0, "weight_decay": 0.125}),
    "ASGD_maximize": ("ASGD", {"maximize": True, "lr": 0.001, "t0": 5.0}),
    "ASGD_maximize_decay": ("ASGD", {"maximize": True, "lr": 0.001, "t0": 5.0, "weight_decay": 0.5}),
}


def numbers(tensor):
    """The elements of a tensor; float32's nine digits are enough to tell them apart."""
    flat = tensor.detach().flatten().tolist()
    return [float(f"{v:.9g}") for v in flat] if tensor.dtype == torch.float32 else flat


def short(x):
    """Twelve digits of a learning rate."""
    return float(f"{x:.12g}")


def plain(value):
    """Nested Python values as JSON that keeps kinds apart: tensors, tuples, infinities."""
    if isinstance(value, torch.Tensor):
        return {"tensor": str(value.dtype).removeprefix("torch."), "shape": list(value.shape), "data": numbers(value)}
    if isinstance(value, tuple):
        return {"tuple": [plain(v) for v in value]}
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, float) and math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return value


def parameters(dtype):
    return [torch.nn.Parameter(start(6, dtype).view(2, 3)), torch.nn.Parameter(start(4, dtype))]


def trajectory(kind, arguments, dtype):
    params = parameters(dtype)
    optimizer = getattr(optim, kind)(params, **arguments)
    result = {"values": {}}
    for step in range(1, STEPS + 1):
        for p in params:
            p.grad = gradient(p, step)
        optimizer.step()
        if step in CHECKPOINTS:
            result["values"][step] = [v for p in params for v in numbers(p)]
        if step == RESUME and dtype == torch.float32:
            result["state_dict"] = plain(optimizer.state_dict())
    return result


def optimizer_goldens():
    return {
        name: {"class": kind, "arguments": plain(arguments), "text": str(getattr(optim, kind)(parameters(torch.float32),
                                                                                            **arguments)),
               "float32": trajectory(kind, arguments, torch.float32),
               "float64": trajectory(kind, arguments, torch.float64)}
        for name, (kind, arguments) in OPTIMIZERS.items()
    }


# Without a line search, rates at which an error of rounding stays below 1e-10 for 200 steps: at others (0.01, and 0.02
# with the short history) it grows to 1e-5, and PyTorch does not follow itself.
LBFGS = {
    "plain": {"lr": 0.02, "max_iter": 5},
    "history": {"lr": 0.01, "max_iter": 8, "history_size": 3},
    "strong_wolfe": {"max_iter": 4, "line_search_fn": "strong_wolfe"},
    "strong_wolfe_long": {"lr": 0.5, "max_iter": 20, "history_size": 5, "line_search_fn": "strong_wolfe"},
    "max_eval": {"lr": 0.5, "max_iter": 20, "max_eval": 3, "line_search_fn": "strong_wolfe"},
}
LBFGS_SAVED = 12  # steps before the state_dict that is kept, while the memory of directions is short


def lbfgs_goldens():
    """Rosenbrock's valley in ten dimensions; the parameter of two rows and the one of four numbers are one vector."""
    result = {}
    for name, arguments in LBFGS.items():
        params = parameters(torch.float64)
        optimizer = optim.LBFGS(params, **arguments)
        losses, values = [], {}

        def closure():
            optimizer.zero_grad(set_to_none=True)
            x = torch.cat([p.flatten() for p in params])
            head, tail = x[:-1], x[1:]
            loss = (4 * (tail - head * head) ** 2 + (1 - head) ** 2).sum()
            loss.backward()
            return loss

        for step in range(1, STEPS + 1):
            losses.append(float(optimizer.step(closure)))
            if step <= LBFGS_SAVED or step in CHECKPOINTS:
                values[step] = [v for p in params for v in numbers(p)]
            if step == LBFGS_SAVED:
                saved = plain(optimizer.state_dict())
        result[name] = {"arguments": plain(arguments), "losses": losses, "values": values,
                        "saved": LBFGS_SAVED, "state_dict": saved}
    return result


def sgd():
    a, b = parameters(torch.float32)
    return optim.SGD([{"params": [a]}, {"params": [b], "lr": 0.5}], lr=0.1, momentum=0.9)


def adam():
    a, b = parameters(torch.float32)
    return optim.Adam([{"params": [a]}, {"params": [b], "lr": 0.5}], lr=0.1)


def sequential(o):
    return sched.SequentialLR(o, [sched.ConstantLR(o, 0.1, 3), sched.LinearLR(o, 0.5, total_iters=10),
                                  sched.ExponentialLR(o, 0.9), sched.CosineAnnealingLR(o, 20)], [5, 20, 50])


def chained(o):
    return sched.ChainedScheduler([sched.ConstantLR(o, 0.1, 30), sched.ExponentialLR(o, 0.98), sched.StepLR(o, 40)])


# Each is written again, in C++, in tests/optim/lr_scheduler_test.cpp.
SCHEDULES = {
    "LambdaLR": (sgd, lambda o: sched.LambdaLR(o, lambda e: 0.95 ** e)),
    "LambdaLR_each": (sgd, lambda o: sched.LambdaLR(o, [lambda e: 0.95 ** e, lambda e: 1 / (e + 1)])),
    "MultiplicativeLR": (sgd, lambda o: sched.MultiplicativeLR(o, lambda e: 1 - 1 / (e + 1) ** 2)),
    "StepLR": (sgd, lambda o: sched.StepLR(o, 30, 0.5)),
    "StepLR_default": (sgd, lambda o: sched.StepLR(o, step_size=70)),
    "MultiStepLR": (sgd, lambda o: sched.MultiStepLR(o, [30, 30, 80, 150], 0.5)),
    "ConstantLR": (sgd, lambda o: sched.ConstantLR(o)),
    "ConstantLR_options": (sgd, lambda o: sched.ConstantLR(o, factor=0.25, total_iters=50)),
    "LinearLR": (sgd, lambda o: sched.LinearLR(o)),
    "LinearLR_options": (sgd, lambda o: sched.LinearLR(o, start_factor=0.1, end_factor=0.5, total_iters=120)),
    "ExponentialLR": (sgd, lambda o: sched.ExponentialLR(o, gamma=0.97)),
    "PolynomialLR": (sgd, lambda o: sched.PolynomialLR(o, total_iters=150, power=2.0)),
    "PolynomialLR_default": (sgd, lambda o: sched.PolynomialLR(o)),
    "CosineAnnealingLR": (sgd, lambda o: sched.CosineAnnealingLR(o, T_max=60, eta_min=0.01)),
    "CosineAnnealingLR_default": (sgd, lambda o: sched.CosineAnnealingLR(o, 200)),
    "CosineAnnealingWarmRestarts": (sgd, lambda o: sched.CosineAnnealingWarmRestarts(o, T_0=10, T_mult=2)),
    "CosineAnnealingWarmRestarts_same": (sgd, lambda o: sched.CosineAnnealingWarmRestarts(o, 15, eta_min=0.05)),
    "CyclicLR": (sgd, lambda o: sched.CyclicLR(o, base_lr=0.01, max_lr=0.1, step_size_up=20)),
    "CyclicLR_triangular2": (sgd, lambda o: sched.CyclicLR(o, [0.01, 0.02], [0.1, 0.3], 20, 35, "triangular2",
                                                           base_momentum=0.5, max_momentum=0.95)),
    "CyclicLR_exp_range": (adam, lambda o: sched.CyclicLR(o, 0.01, 0.1, 20, mode="exp_range", gamma=0.99,
                                                          cycle_momentum=False)),
    "CyclicLR_function": (sgd, lambda o: sched.CyclicLR(o, 0.01, 0.1, 20, scale_fn=lambda x: 1 / (1 + x),
                                                        scale_mode="iterations")),
    "OneCycleLR": (sgd, lambda o: sched.OneCycleLR(o, max_lr=0.1, total_steps=210)),
    "OneCycleLR_adam": (adam, lambda o: sched.OneCycleLR(o, [0.1, 0.2], epochs=21, steps_per_epoch=10,
                                                         anneal_strategy="linear")),
    "OneCycleLR_three": (sgd, lambda o: sched.OneCycleLR(o, 0.1, 210, pct_start=0.25, three_phase=True, div_factor=10,
                                                         final_div_factor=100, base_momentum=0.8, max_momentum=0.9)),
    "OneCycleLR_still": (adam, lambda o: sched.OneCycleLR(o, 0.1, 210, cycle_momentum=False)),
    "SequentialLR": (sgd, sequential),
    "ChainedScheduler": (sgd, chained),
    "SWALR": (sgd, lambda o: swa_utils.SWALR(o, swa_lr=0.05)),
    "SWALR_linear": (sgd, lambda o: swa_utils.SWALR(o, [0.05, 0.01], anneal_epochs=50, anneal_strategy="linear")),
}


def momentum_of(group):
    return group["betas"][0] if "betas" in group else group["momentum"]


def savable(state):
    """Without what means nothing outside of Python: functions, weak references, tables that follow from the rest."""
    dropped = ("anneal_func", "_scale_fn_ref", "_scale_fn_custom", "_schedule_phases")
    kept = {k: v for k, v in state.items() if k not in dropped}
    if "_schedulers" in kept:
        kept["_schedulers"] = [savable(s) for s in kept["_schedulers"]]
    return plain(kept)


def schedule_goldens():
    result = {}
    for name, (make_optimizer, make) in SCHEDULES.items():
        optimizer = make_optimizer()
        schedule = make(optimizer)
        rates, momentums = [], []
        for step in range(STEPS):
            rates.append([group["lr"] for group in optimizer.param_groups])
            momentums.append(momentum_of(optimizer.param_groups[0]))
            if step == RESUME:
                saved = {"schedule": savable(schedule.state_dict()), "optimizer": plain(optimizer.state_dict())}
            optimizer.step()
            schedule.step()
        if len(set(momentums)) == 1:
            momentums = momentums[:1]
        result[name] = {"rates": [short(r[0]) for r in rates], "last": rates[-1],
                        "momentums": [short(m) for m in momentums], **saved}
    return result


def metric(step):
    """Falls, stops, falls again, with noise; exact in float."""
    return max(40 - step, 10) / 8 + (step * 7 % 5) / 64 - (0.5 if step > 120 else 0)


PLATEAUS = {
    "default": {},
    "options": {"factor": 0.5, "patience": 3, "threshold": 0.01, "cooldown": 4, "min_lr": 0.002},
    "abs": {"factor": 0.5, "patience": 2, "threshold": 0.05, "threshold_mode": "abs"},
    "max": {"mode": "max", "factor": 0.5, "patience": 5},
    "max_abs": {"mode": "max", "factor": 0.75, "patience": 5, "threshold": 0.25, "threshold_mode": "abs", "eps": 1e-3},
}


def plateau_goldens():
    result = {}
    for name, arguments in PLATEAUS.items():
        optimizer = sgd()
        schedule = sched.ReduceLROnPlateau(optimizer, **arguments)
        rates = []
        for step in range(STEPS):
            schedule.step(metric(step))
            rates.append(optimizer.param_groups[0]["lr"])
            if step == RESUME:
                saved = plain(schedule.state_dict())
        result[name] = {"arguments": arguments, "rates": rates, "schedule": saved}
    return result


def fractions():
    """CosineAnnealingWarmRestarts within epochs, as its documentation shows."""
    optimizer = sgd()
    schedule = sched.CosineAnnealingWarmRestarts(optimizer, 3, 2)
    rates = []
    for i in range(100):
        schedule.step(i / 4)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


def closed_forms():
    """step(epoch), forwards and backwards."""
    makes = {
        "StepLR": lambda o: sched.StepLR(o, 4),
        "MultiStepLR": lambda o: sched.MultiStepLR(o, [2, 5, 5]),
        "ConstantLR": lambda o: sched.ConstantLR(o),
        "LinearLR": lambda o: sched.LinearLR(o),
        "ExponentialLR": lambda o: sched.ExponentialLR(o, 0.9),
        "PolynomialLR": lambda o: sched.PolynomialLR(o, 10, 1.5),
        "CosineAnnealingLR": lambda o: sched.CosineAnnealingLR(o, 10),
        "LambdaLR": lambda o: sched.LambdaLR(o, lambda e: 1 / (e + 1)),
    }
    result = {}
    for name, make in makes.items():
        optimizer = sgd()
        schedule = make(optimizer)
        rates = []
        for epoch in (3, 7, 1, 0, 12):
            schedule.step(epoch)
            rates.append(optimizer.param_groups[0]["lr"])
        result[name] = rates
    return result


def averages():
    """AveragedModel after each of ten steps of SGD on a Linear(3, 2); its keys."""
    result = {}
    for name, avg_fn in (("mean", None), ("ema", lambda averaged, p, n: 0.25 * p + 0.75 * averaged)):
        model = torch.nn.Linear(3, 2)
        with torch.no_grad():
            model.weight.copy_(start(6, torch.float32).view(2, 3))
            model.bias.copy_(start(2, torch.float32))
        averaged = swa_utils.AveragedModel(model, avg_fn=avg_fn)
        optimizer = optim.SGD(model.parameters(), 0.1)
        values = []
        for step in range(1, 11):
            for p in model.parameters():
                p.grad = gradient(p, step)
            optimizer.step()
            averaged.update_parameters(model)
            values.append([v for p in averaged.parameters() for v in numbers(p)])
        result[name] = {"values": values, "keys": list(averaged.state_dict()), "n": int(averaged.n_averaged)}
    return result


def message(f):
    try:
        f()
    except Exception as error:
        return str(error)
    raise AssertionError("no error")


def error_goldens():
    p = parameters(torch.float32)
    two = lambda: optim.SGD([{"params": [p[0]]}, {"params": [p[1]]}], lr=0.1)
    one = lambda: optim.SGD(p, lr=0.1)
    still = lambda: optim.Adagrad(p)
    makes = {
        "empty": lambda: optim.Adam([]),
        "sgd_lr": lambda: optim.SGD(p),
        "sgd_nesterov": lambda: optim.SGD(p, 0.1, nesterov=True),
        "lr": lambda: optim.Adam(p, lr=-0.5),
        "eps": lambda: optim.Adam(p, eps=-0.5),
        "beta1": lambda: optim.AdamW(p, betas=(1.5, 0.5)),
        "beta2": lambda: optim.Adamax(p, betas=(0.5, 1.5)),
        "weight_decay": lambda: optim.RAdam(p, weight_decay=-0.5),
        "momentum_decay": lambda: optim.NAdam(p, momentum_decay=-0.5),
        "lr_decay": lambda: optim.Adagrad(p, lr_decay=-0.5),
        "initial_accumulator_value": lambda: optim.Adagrad(p, initial_accumulator_value=-0.5),
        "rho": lambda: optim.Adadelta(p, rho=1.5),
        "alpha": lambda: optim.RMSprop(p, alpha=-0.5),
        "momentum": lambda: optim.RMSprop(p, momentum=-0.5),
        "etas": lambda: optim.Rprop(p, etas=(0.5, 0.75)),
        "asgd_lr": lambda: optim.ASGD(p, lr=-0.5),
        "lbfgs_groups": lambda: optim.LBFGS([{"params": [p[0]]}, {"params": [p[1]]}]),
        "lbfgs_search": lambda: optim.LBFGS(p, line_search_fn="armijo").step(
            lambda: (p[0].sum().backward(), p[0].sum())[1]),
        "load_groups": lambda: one().load_state_dict(two().state_dict()),
        "load_sizes": lambda: one().load_state_dict(optim.SGD(p[:1], lr=0.1).state_dict()),
        "lambdas": lambda: sched.LambdaLR(one(), [lambda e: 1, lambda e: 1]),
        "constant_factor": lambda: sched.ConstantLR(one(), factor=1.5),
        "linear_start": lambda: sched.LinearLR(one(), start_factor=1.5),
        "linear_end": lambda: sched.LinearLR(one(), end_factor=-0.5),
        "warm_T_0": lambda: sched.CosineAnnealingWarmRestarts(one(), 0),
        "warm_T_mult": lambda: sched.CosineAnnealingWarmRestarts(one(), 2, 0),
        "warm_epoch": lambda: sched.CosineAnnealingWarmRestarts(one(), 2).step(-2),
        "cyclic_mode": lambda: sched.CyclicLR(one(), 0.1, 0.2, mode="square"),
        "cyclic_momentum": lambda: sched.CyclicLR(still(), 0.1, 0.2),
        "cyclic_count": lambda: sched.CyclicLR(one(), 0.1, [0.2, 0.3]),
        "one_cycle_steps": lambda: sched.OneCycleLR(one(), 0.1),
        "one_cycle_total": lambda: sched.OneCycleLR(one(), 0.1, total_steps=-5),
        "one_cycle_epochs": lambda: sched.OneCycleLR(one(), 0.1, epochs=0, steps_per_epoch=5),
        "one_cycle_pct": lambda: sched.OneCycleLR(one(), 0.1, 10, pct_start=1.5),
        "one_cycle_strategy": lambda: sched.OneCycleLR(one(), 0.1, 10, anneal_strategy="sine"),
        "one_cycle_momentum": lambda: sched.OneCycleLR(still(), 0.1, 10),
        "one_cycle_over": lambda: [s.step() for s in [sched.OneCycleLR(one(), 0.1, 2)] for _ in range(4)],
        "plateau_factor": lambda: sched.ReduceLROnPlateau(one(), factor=1.5),
        "plateau_mode": lambda: sched.ReduceLROnPlateau(one(), mode="best"),
        "plateau_threshold_mode": lambda: sched.ReduceLROnPlateau(one(), threshold_mode="best"),
        "plateau_min_lr": lambda: sched.ReduceLROnPlateau(one(), min_lr=[0.1, 0.2]),
        "sequential_count": lambda: (lambda o: sched.SequentialLR(o, [sched.StepLR(o, 1)], [3]))(one()),
        "sequential_optimizer": lambda: sched.SequentialLR(one(), [sched.StepLR(one(), 1)], []),
        "chained_optimizer": lambda: sched.ChainedScheduler([sched.StepLR(one(), 1), sched.StepLR(one(), 1)]),
        "swa_strategy": lambda: swa_utils.SWALR(one(), 0.1, anneal_strategy="sine"),
        "swa_epochs": lambda: swa_utils.SWALR(one(), 0.1, anneal_epochs=-5),
        "swa_count": lambda: swa_utils.SWALR(one(), [0.1, 0.2]),
        "resume": lambda: sched.StepLR(one(), 5, last_epoch=5),
    }
    return {name: message(make) for name, make in makes.items()}


def main():
    warnings.simplefilter("ignore")
    golden = {
        "torch": torch.__version__.split("+")[0],
        "optimizers": optimizer_goldens(),
        "lbfgs": lbfgs_goldens(),
        "schedules": schedule_goldens(),
        "plateaus": plateau_goldens(),
        "fractions": fractions(),
        "closed_forms": closed_forms(),
        "averages": averages(),
        "errors": error_goldens(),
    }
    OUTPUT.write_text(json.dumps(golden, separators=(",", ":"), allow_nan=False).replace('],"', '],\n"') + "\n")
    print(f"{OUTPUT.name}: {len(golden['optimizers'])} optimisers, {len(golden['schedules'])} schedules")


if __name__ == "__main__":
    main()
