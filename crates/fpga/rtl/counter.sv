// Counts pulses: a number of 48 bits that starts anew with `clear`. No faster than a pulse a cycle.
module counter (
    input  logic        clk,
    input  logic        clear,
    input  logic        pulse,
    output logic [47:0] count
);
    always_ff @(posedge clk) count <= clear ? 48'd0 : count + 48'(pulse);
endmodule
