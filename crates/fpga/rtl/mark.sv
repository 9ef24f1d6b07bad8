// Looks whether a value lies in one of two ranges, for masks by value: a dead pixel, one beyond the counter's reach.
//
// Latency: two cycles; out_value is the value itself. Throughput: one a cycle.
module mark (
    input  logic        clk,
    input  logic        cfg_marks,
    input  logic [31:0] cfg_mark_low0,
    input  logic [31:0] cfg_mark_span0,
    input  logic [31:0] cfg_mark_low1,
    input  logic [31:0] cfg_mark_span1,
    input  logic [31:0] in_value,
    output logic        out_marked,
    output logic [31:0] out_value
);
    logic [31:0] value, above0, above1;

    always_ff @(posedge clk) begin
        value      <= in_value;
        above0     <= in_value - cfg_mark_low0;
        above1     <= in_value - cfg_mark_low1;
        out_value  <= value;
        out_marked <= cfg_marks && (above0 <= cfg_mark_span0 || above1 <= cfg_mark_span1);
    end
endmodule
