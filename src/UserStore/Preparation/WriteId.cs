using System.Buffers.Text;
using System.Security.Cryptography;

namespace UserStore.Preparation;

/// <summary>The hidden id that a write leaves on a user.</summary>
internal static class WriteId
{
    private const int Bytes = 9; // 12 characters

    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));
}
