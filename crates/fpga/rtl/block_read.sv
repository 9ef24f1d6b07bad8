// What follows the memories of `block_buffer` in a read: bytes of the buffer that is read, zeros for those with another tag, turned so that the
// first is in the low bits. `en` moves it on. Latency: three `en` from `buffer` and `turn`, two from out0, out1.
module block_read #(
    parameter int WIDTH = 16,
    parameter int TAG = 9
) (
    input  logic                       clk,
    input  logic                       en,
    input  logic                       buffer,
    input  logic [$clog2(WIDTH)-1:0]   turn,
    input  logic [WIDTH*(8+TAG)-1:0]   out0,
    input  logic [WIDTH*(8+TAG)-1:0]   out1,
    input  logic [TAG-1:0]             tag0,
    input  logic [TAG-1:0]             tag1,
    output logic [8*WIDTH-1:0]         data
);
    localparam int LOG = $clog2(WIDTH);
    localparam int BITS = 8 + TAG;

    logic buffer1;
    logic [LOG-1:0] turn1;
    logic [WIDTH*BITS-1:0] out;
    logic [8*WIDTH-1:0] bytes, turned;
    // The tag of the buffer that is read, and in which bits the bytes' tags differ from it.
    logic [TAG-1:0] tag;
    logic [WIDTH*BITS-1:0] chosen;

    assign chosen = buffer1 ? out1 : out0;
    for (genvar i = 0; i < WIDTH; i++) begin : banks
        assign bytes[8*i+:8] = out[BITS*i+8+:TAG] == 0 ? out[BITS*i+:8] : '0;
    end

    // Each pair of the bytes' bits is turned by itself, by a register of its own: one for all of them would lie far from most.
    for (genvar p = 0; p < 4; p++) begin : pairs
        logic [LOG-1:0] turn2;
        logic [2*WIDTH-1:0] from, to;
        for (genvar i = 0; i < WIDTH; i++) begin : of_bytes
            assign from[2*i+:2] = bytes[8*i+2*p+:2];
            assign turned[8*i+2*p+:2] = to[2*i+:2];
        end
        byte_turn #(.WIDTH(WIDTH), .SIZE(2)) order (.in(from), .by(turn2), .out(to));
        (* keep *) always_ff @(posedge clk) if (en) turn2 <= turn1;
    end

    always_ff @(posedge clk) begin
        if (en) begin
            buffer1 <= buffer;
            turn1 <= turn;
            tag <= buffer ? tag1 : tag0;
            out <= chosen ^ {WIDTH{tag, 8'd0}};
            data <= turned;
        end
    end
endmodule
