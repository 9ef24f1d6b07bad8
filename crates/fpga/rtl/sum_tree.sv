// Adds up SLOTS words of 64 bits, modulo 2^64.
//
// Latency: log2(SLOTS) cycles. Throughput: one sum a cycle.
module sum_tree #(
    parameter int SLOTS = 16
) (
    input  logic                clk,
    input  logic [64*SLOTS-1:0] in_words,
    output logic [63:0]         out_sum
);
    // A heap: node n adds nodes 2n and 2n+1, the words are nodes SLOTS and up.
    logic [64*2*SLOTS-1:64] nodes;

    assign nodes[64*SLOTS+:64*SLOTS] = in_words;
    assign out_sum                   = nodes[127:64];

    for (genvar n = 1; n < SLOTS; n++) begin : node
        logic [63:0] sum;
        always_ff @(posedge clk) sum <= nodes[64*2*n+:64] + nodes[64*(2*n+1)+:64];
        assign nodes[64*n+:64] = sum;
    end
endmodule
