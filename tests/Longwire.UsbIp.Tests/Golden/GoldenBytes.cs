using System.Reflection;
using System.Text;

namespace Longwire.UsbIp.Tests.Golden;

/// <summary>Bytes that stock tools and kernels said to each other, recorded by record.sh.</summary>
internal static class GoldenBytes
{
    public static byte[] Read(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new ArgumentException($"there is no recording {name}", nameof(name));
        using var reader = new StreamReader(stream);
        var hex = new StringBuilder();
        while (reader.ReadLine() is string line)
        {
            if (!line.StartsWith('#')) hex.Append(line);
        }
        return Convert.FromHexString(hex.ToString());
    }
}
