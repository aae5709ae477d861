using System.Text;

namespace UserStore.Fuzzing.Guiding;

/// <summary>What a fuzzer did and found.</summary>
/// <param name="Runs">The number of inputs.</param>
/// <param name="Kept">The number of inputs that took new branches, from which others were made.</param>
/// <param name="Branches">The number of different branches of the library that were taken.</param>
/// <param name="Seed">The seed that repeats it.</param>
/// <param name="Finding">The first input that breaks a promise, shortened, or null.</param>
internal sealed record FuzzResult(int Runs, int Kept, int Branches, int Seed, FuzzFinding? Finding)
{
    public override string ToString()
    {
        string summary = $"{Runs} inputs, {Kept} kept, {Branches} branches, seed {Seed}";
        return Finding is null
            ? summary
            : $"{summary}\n{Finding.Problem}\n{Encoding.Latin1.GetString(Finding.Input)}\n{Convert.ToBase64String(Finding.Input)}";
    }
}

/// <summary>An input that breaks a promise.</summary>
internal sealed record FuzzFinding(byte[] Input, string Problem);
