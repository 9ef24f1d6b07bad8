//! Reads the PONI files named and prints each as Aureole writes it, with a line `---` behind: for comparison with pyFAI.

use aureole_core::poni;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for file in std::env::args().skip(1) {
        let geometry = poni::parse(&std::fs::read_to_string(&file)?).map_err(|error| format!("{file}: {error}"))?;
        println!("{}\n---", poni::write(&geometry).trim_end());
    }
    Ok(())
}
