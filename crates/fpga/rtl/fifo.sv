// A queue of DEPTH words (a power of two) and one more in the output register.
// in_*, out_*: valid/ready. A word comes out two cycles after it went in at the earliest; one word a cycle in and out.
module fifo #(
    parameter int BITS  = 8,
    parameter int DEPTH = 16
) (
    input  logic            clk,
    input  logic            rst,
    input  logic            in_valid,
    output logic            in_ready,
    input  logic [BITS-1:0] in_data,
    output logic            out_valid,
    input  logic            out_ready,
    output logic [BITS-1:0] out_data
);
    localparam int AW = $clog2(DEPTH);

    logic [BITS-1:0] store[DEPTH];
    logic [AW-1:0] head, tail;
    logic [AW:0] count;
    logic put, take;

    assign in_ready = !count[AW];
    assign put = in_valid && in_ready;
    // The output register is filled again as soon as it is empty or emptied.
    assign take = (count != 0) && (!out_valid || out_ready);

    always_ff @(posedge clk) begin
        if (put) store[tail] <= in_data;
        if (take) out_data <= store[head];
    end

    always_ff @(posedge clk) begin
        if (rst) begin
            head <= '0;
            tail <= '0;
            count <= '0;
            out_valid <= 1'b0;
        end else begin
            head <= head + AW'(take);
            tail <= tail + AW'(put);
            // `take` is what is known last.
            count <= take ? count - (AW + 1)'(!put) : count + (AW + 1)'(put);
            out_valid <= take || (out_valid && !out_ready);
        end
    end
endmodule
