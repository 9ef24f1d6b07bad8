//! Several recipes over one reading of the stack.

use hdf5_metno::File;

use crate::support::Desk;

/// The bits of every number that a recipe gave.
fn bits(desk: &Desk, file: &str, recipe: &str) -> Vec<u64> {
    let group = File::open(desk.path(file)).unwrap().group(&format!("/entry/{recipe}")).unwrap();
    let mut names = group.member_names().unwrap();
    names.sort();
    assert!(names.iter().any(|name| name == "I"), "{names:?}");
    let values = names.iter().flat_map(|name| group.dataset(name).unwrap().read_raw::<f64>().unwrap());
    values.map(f64::to_bits).collect()
}

const RECIPES: [(&str, &str); 4] = [
    ("q", "--bins 300 --error-model poisson"),
    ("cake", "--bins 50 --azimuthal-bins 12 --split bbox"),
    ("sector", "--bins 80 --unit 2th_deg --azimuth-range 20,70 --no-solid-angle --saturation 30"),
    ("clipped", "--bins 100 --mode sigma-clip --error-model azimuthal"),
];

#[test]
fn recipes_side_by_side_give_the_bits_of_runs_of_their_own() {
    let desk = Desk::with_stack();
    let common = "integrate stack.h5 --poni stack.poni --force --sums";
    for (name, options) in RECIPES {
        desk.run(&format!("{common} {options} -o {name}.h5")).is(0);
    }
    // The last one needs frames decoded as a whole, the others do not.
    for (recipes, layout) in [
        (&RECIPES[..3], "--layout threads --threads 3"),
        (&RECIPES[..3], "--layout serial --threads 2"),
        (&RECIPES[..], "--layout threads --batch 3"),
        (&RECIPES[..], "--layout serial --threads 1"),
        (&RECIPES[..2], "--layout threads --image sum"),
    ] {
        let recipes: Vec<String> = recipes.iter().map(|(name, options)| format!("{name} {options}")).collect();
        let mut words: Vec<&str> = common.split_whitespace().chain(layout.split_whitespace()).collect();
        recipes.iter().for_each(|recipe| words.extend(["--recipe", recipe]));
        words.extend(["-o", "all.h5"]);
        desk.run_words(&words).is(0);
        for recipe in &recipes {
            let name = recipe.split(' ').next().unwrap();
            assert!(bits(&desk, "all.h5", name) == bits(&desk, &format!("{name}.h5"), "data"), "{name}, {layout}");
        }
    }
}

#[test]
fn a_file_of_recipes_is_the_same_as_typing_them() {
    let desk = Desk::with_stack();
    let text = "poni = \"stack.poni\"\nbins = 300\n\n[[recipe]]\nname = \"q\"\nerror-model = \"poisson\"\n\n\
        [[recipe]]\nname = \"cake\"\nbins = 50\nazimuthal-bins = 12\nsplit = \"bbox\"\n";
    std::fs::write(desk.path("recipes.toml"), text).unwrap();
    desk.run("integrate stack.h5 --config recipes.toml -o file.h5").is(0);
    let words = ["integrate", "stack.h5", "--poni", "stack.poni", "--bins", "300", "-o", "typed.h5"];
    let recipes =
        ["--recipe", "q --error-model poisson", "--recipe", "cake --bins 50 --azimuthal-bins 12 --split bbox"];
    desk.run_words(&[&words[..], &recipes].concat()).is(0);
    for name in ["q", "cake"] {
        assert!(bits(&desk, "file.h5", name) == bits(&desk, "typed.h5", name), "{name}");
    }
    desk.run("plot file.h5 --recipe cake -o cake.png").is(0);
    assert!(desk.run("plot file.h5 --recipe cakes -o cake.png").is(2).contains("it has cake, q"));
}

#[test]
fn every_recipe_of_a_job_has_its_map() {
    let desk = Desk::with_stack();
    let recipes = ["--recipe", "q --bins 30", "--recipe", "cake --bins 20 --azimuthal-bins 4"];
    let words = ["integrate", "stack.h5", "--poni", "stack.poni", "--map", "2x5", "-o", "map.h5"];
    desk.run_words(&[&words[..], &recipes].concat()).is(0);
    let file = File::open(desk.path("map.h5")).unwrap();
    for (map, rows, shape) in [("map", "q", vec![2, 5, 30]), ("map_cake", "cake", vec![2, 5, 4, 20])] {
        let read = |name: &str| file.dataset(&format!("/entry/{name}")).unwrap().read_raw::<f32>().unwrap();
        let bits = |values: Vec<f32>| values.into_iter().map(f32::to_bits).collect::<Vec<_>>();
        assert_eq!(file.dataset(&format!("/entry/{map}/intensity")).unwrap().shape(), shape);
        assert!(bits(read(&format!("{map}/intensity"))) == bits(read(&format!("{rows}/I"))), "{map}");
    }
    desk.run("plot map.h5 -o q.png").is(0);
}

#[test]
fn a_recipe_that_makes_no_sense_is_refused_by_its_name() {
    let desk = Desk::with_stack();
    for (recipe, expected) in [
        ("q --split fulll", "did you mean full?"),
        ("q --output x.h5", "--output"),
        ("frames --bins 5", "frames cannot name a recipe"),
        ("data --azimuthal-unit chi_deg", "needs --azimuthal-bins"),
        ("q --bins", "--bins"),
    ] {
        let words = ["integrate", "stack.h5", "--poni", "stack.poni", "--recipe", recipe, "-o", "out.h5"];
        let said = desk.run_words(&words).is(2);
        assert!(said.contains(expected), "{recipe}: {said}");
        assert!(!desk.path("out.h5").exists());
    }
    let words = ["integrate", "stack.h5", "--poni", "stack.poni", "--recipe", "q", "--recipe", "q", "-o", "out.h5"];
    assert!(desk.run_words(&words).is(2).contains("two recipes have the name q"));
}

#[test]
fn a_configuration_of_pyfai_becomes_a_file_of_options_that_gives_the_same_bits() {
    let desk = Desk::with_stack();
    let text = r#"{"version": 4, "poni": {"dist": 0.1, "poni1": 0.02, "poni2": 0.03, "rot1": 0.1, "detector": "Pilatus100k",
        "wavelength": 1e-10}, "nbpt_rad": 77, "unit": "2th_deg", "method": ["bbox", "csr", "cython"], "radial_range": [2, 20],
        "error_model": "poisson", "polarization_factor": 0.9, "do_solid_angle": false, "val_dummy": 3, "delta_dummy": 0.5,
        "normalization_factor": 2.0, "integrator_method": "sigma_clip_ng", "extra_options": {"thres": 4, "max_iter": 3}}"#;
    desk.write("pyfai.json", text);
    desk.run("config pyfai.json -o ours.toml").is(0);
    assert!(desk.run("config pyfai.json").is(0).contains("bins = 77"));
    desk.run("integrate stack.h5 --config pyfai.json --sums -o theirs.h5").is(0);
    desk.run("integrate stack.h5 --config ours.toml --sums -o ours.h5").is(0);
    assert!(bits(&desk, "theirs.h5", "data") == bits(&desk, "ours.h5", "data"));
    assert!(desk.run("config pyfai.json -o ours.toml").is(2).contains("--force replaces it"));
    assert!(desk.run("config pyfai.json -o ours.json").is(2).contains(".toml"));
    assert!(desk.run("config none.json").is(2).contains("none.json"));
}
