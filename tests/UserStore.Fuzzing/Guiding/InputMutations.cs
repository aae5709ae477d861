using System.Text;
using UserStore.Generators.Tests.Damage;

namespace UserStore.Fuzzing.Guiding;

/// <summary>Makes an input from those that are known: changes of bytes, of parts of JSON, and combinations of two inputs.</summary>
internal sealed class InputMutations(Random random, IReadOnlyList<string> words)
{
    private const int MaxMutations = 4;

    private static readonly byte[][] Numbers =
    [
        .. new[] { "0", "-1", "2147483647", "2147483648", "-9223372036854775808", "99999999999999999999", "1e308", "1e-400", "0x10" }
            .Select(Encoding.ASCII.GetBytes),
        [0, 0, 0, 0], [0x7F, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0],
    ];

    public byte[] Next(IReadOnlyList<byte[]> known)
    {
        // The later an input was found, the more it is worth.
        byte[] input = known[Math.Max(random.Next(known.Count), random.Next(known.Count))];
        for (int count = random.Next(1, MaxMutations + 1); count > 0; count--)
            input = Change(input, known[random.Next(known.Count)]);
        return input;
    }

    private byte[] Change(byte[] input, byte[] other)
    {
        int at = random.Next(input.Length + 1);
        return random.Next(8) switch
        {
            0 => [.. input[..at], .. Encoding.UTF8.GetBytes(words[random.Next(words.Count)]), .. input[at..]],
            1 => [.. input[..at], .. Numbers[random.Next(Numbers.Length)], .. input[Math.Min(input.Length, at + random.Next(8))..]],
            2 => [.. input[..at], .. other[random.Next(other.Length + 1)..]],
            3 => [.. input[..at], .. other],
            _ => Damage(input),
        };
    }

    private byte[] Damage(byte[] input)
        => new ResponseDamage(
            ResponseDamage.Kinds[random.Next(ResponseDamage.Kinds.Count)],
            random.Next(),
            random.Next(4) == 0 ? random.Next(1, 100) : random.Next(1, 5),
            random.Next()).Apply(input);
}
