// A memory of DEPTH words with a port for writing and one for reading.
//
// Latency: r_data follows r_addr by one cycle and stands still while r_en is low.
// A word that is read in the cycle in which it is written is undefined: users never do so, or do not look at what they get.
module ram #(
    parameter int BITS  = 32,
    parameter int DEPTH = 512
) (
    input  logic                     clk,
    input  logic                     w_en,
    input  logic [$clog2(DEPTH)-1:0] w_addr,
    input  logic [BITS-1:0]          w_data,
    input  logic                     r_en,
    input  logic [$clog2(DEPTH)-1:0] r_addr,
    output logic [BITS-1:0]          r_data
);
    (* no_rw_check *) logic [BITS-1:0] words [0:DEPTH-1];

    always_ff @(posedge clk) begin
        if (w_en) words[w_addr] <= w_data;
        if (r_en) r_data <= words[r_addr];
    end
endmodule
